"""Names for the side streets of the fictional city."""

from __future__ import annotations

import itertools

import numpy as np

__all__ = ["street_names"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PLANTS = _words(
    "Acacia Alder Almendra Amapola Apricot Ash Aspen Azalea Bayberry Birch Buckeye Camellia Carob Catalpa "
    "Chestnut Clover Cypress Dogwood Elderberry Elm Encina Fig Fir Foxglove Gardenia Hawthorn Hazel Heather "
    "Holly Iris Ivy Jasmine Juniper Lavender Lilac Linden Locust Lupine Madrone Magnolia Manzanita Maple "
    "Marigold Myrtle Nogal Oleander Olive Peach Pecan Pepper Persimmon Pine Pistachio Plum Pomegranate "
    "Poplar Primrose Quince Redbud Robles Rosemary Sage Sauce Sequoia Spruce Sumac Sycamore Tamarack Thistle "
    "Tulip Verbena Vine Walnut Wisteria Yarrow Yucca Zinnia"
)
_PEOPLE = _words(
    "Abbott Alvarez Arriaga Bancroft Barrios Beaumont Becker Bellamy Cabrera Calderon Carver Castillo Chavez "
    "Colby Cortland Dalton Delgado Donovan Duarte Ellsworth Escobar Fairchild Ferreira Fletcher Fuentes "
    "Garland Gomes Granger Griffith Hadley Hargrove Herrera Holloway Hutchins Ibarra Ingram Jimeno Kaufman "
    "Keller Lambert Langford Lassiter Ledesma Lockwood Machado Marlowe Medina Mercer Merritt Navarro Norris "
    "Ochoa Ortega Pacheco Pemberton Prescott Quintana Ralston Ramsey Renfrow Rincon Salazar Sawyer Sheldon "
    "Silveira Sutter Tavares Thornton Trujillo Underhill Valdez Vargas Wakefield Weldon Winslow Yates Zamora"
)
_PLACES = _words(
    "Agua_Clara Arroyo Bella_Vista Bluff Bonita Brisa Buena_Tierra Campana Canyon Casa_Blanca Cielo Cottonwood "
    "Creekside Crestview Dos_Rios El_Camino Esperanza Fallbrook Fieldstone Fountain Glen Harvest Heron Hillcrest "
    "Jacaranda Kestrel La_Paloma Lark Laguna Las_Cruces Loma Los_Altos Luna Mallard Meadow Mesa Mirador "
    "Mockingbird Monarch Nightingale Oriole Otero Paseo_Real Plaza_Vieja Pheasant Pinnacle Plover Prairie Quail "
    "Rancho Redwing Ridgeline River_Bend Rio_Vista Sandpiper San_Carlos San_Ramon Santa_Rita Shadow Solano Starling "
    "Stonegate Sundance Sunrise Swallow Tanager Terrace Tierra_Alta Vaquero Vega Verano Viento Villa Vista_Grande "
    "Warbler Westwind Wheatfield Whippoorwill Windmill Wren"
)

_THROUGH = ("Street", "Avenue", "Drive", "Way", "Lane", "Road")
_SHORT = ("Court", "Place", "Circle", "Lane", "Way", "Terrace")


def street_names(lengths_m: list[float], rng: np.random.Generator) -> list[str]:
    """Give each street a name of its own.

    Parameters
    ----------
    lengths_m : list of float
        Lengths in metres: short ones become courts and places, long ones streets and drives.
    rng : numpy.random.Generator

    Returns
    -------
    list of str
        One distinct name for each length.
    """
    stems = [stem.replace("_", " ") for stem in (*_PLANTS, *_PEOPLE, *_PLACES)]
    long = _pool(stems, _THROUGH, rng)
    short = _pool(stems, _SHORT[:3], rng)
    middle = _pool(stems, _SHORT[3:], rng)
    used: set[str] = set()
    names = []
    for length in lengths_m:
        pool = short if length < 170 else middle if length < 260 else long
        name = next(name for name in pool if name not in used)
        used.add(name)
        names.append(name)
    return names


def _pool(
    stems: list[str], endings: tuple[str, ...], rng: np.random.Generator
) -> itertools.chain[str]:
    first = [f"{stem} {endings[rng.integers(len(endings))]}" for stem in stems]
    every = [f"{stem} {ending}" for stem in stems for ending in endings]
    rng.shuffle(first)
    rng.shuffle(every)
    spare = (
        f"{direction} {name}" for direction in ("North", "South", "East", "West") for name in every
    )
    return itertools.chain(first, every, spare)
