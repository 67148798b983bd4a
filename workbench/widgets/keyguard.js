// JupyterLab takes keys for its own commands wherever the focus is no text box: D twice on a button or a list of the
// desk would delete its cell, Enter would not press the button. While the focus is in the desk its keys are the desk's;
// Ctrl and Cmd stay JupyterLab's, but for running the cell, which would empty the desk.

const SUPPRESSED = "data-lm-suppress-shortcuts";

function render() {
  if (window.wbdKeyguard) return;
  window.wbdKeyguard = true;
  const judge = (event) => {
    const focused = event.target;
    if (!focused.closest?.(".wbd, .wbc, .wbr")) return;
    const theirs = (event.ctrlKey || event.metaKey) && event.key !== "Enter";
    if (theirs) focused.removeAttribute(SUPPRESSED);
    else focused.setAttribute(SUPPRESSED, "true");
  };
  window.addEventListener("keydown", judge, true); // before JupyterLab, which listens on the document
}

export default { render };
