"""Vehicles of one list that are probably one, a plate misread."""

import pandas as pd

from workbench.analysis.alike import Twin, twins


def vehicles(*rows):
    columns = ["plate", "reads", "make", "color"]
    padded = [[*row, *[""] * (len(columns) - len(row))] for row in rows]
    return pd.DataFrame(padded, columns=columns).assign(state="CA", body="")


def test_a_plate_read_once_beside_one_read_often_is_its_misread():
    found = twins(vehicles(("7AGX1I7", 1), ("7AGX117", 3), ("5KLM456", 9)), among=1_900)
    assert found[0] is not None
    assert found[0].of == 1
    assert found[0].probability > 0.9
    assert found[1:] == [None, None]


def test_plates_alike_but_not_to_a_camera_are_two_vehicles():
    assert twins(vehicles(("7AGX114", 1), ("7AGX117", 3)), among=1_900) == [None, None]


def test_plates_both_read_often_are_two_vehicles():
    assert twins(vehicles(("7AGX118", 9), ("7AGX113", 9)), among=20_000) == [None, None]


def test_another_make_and_color_speaks_against_it():
    alike = twins(vehicles(("7AGX118", 1, "honda", "gray"), ("7AGX113", 4, "honda", "gray")))
    unlike = twins(vehicles(("7AGX118", 1, "ford", "red"), ("7AGX113", 4, "honda", "white")))
    assert alike[0] is not None
    assert unlike[0] is None or unlike[0].probability < alike[0].probability


def test_of_two_the_way_is_one_and_chains_lead_to_one_that_stands():
    found = twins(vehicles(("7AGX117", 6), ("7AGX1I7", 1), ("7AGXII7", 1)), among=2_000)
    assert found[0] is None
    assert [twin and twin.of for twin in found[1:]] == [0, 0]
    assert isinstance(found[1], Twin)


def test_the_same_plate_in_two_states_is_no_misread_of_characters():
    both = vehicles(("7AGX117", 6), ("7AGX117", 1))
    both["state"] = ["CA", "NV"]
    assert twins(both) == [None, None]
    both["state"] = ["CA", ""]
    assert [twin and twin.of for twin in twins(both)] == [None, 0]
    assert twins(both.head(0)) == []
