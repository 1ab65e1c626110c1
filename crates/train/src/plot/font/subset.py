"""Makes `DejaVuSans-subset.ttf` of DejaVu Sans 2.37: the characters that pictures are written in, without hinting.

    pip install fonttools
    python subset.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
"""

import sys
from pathlib import Path

from fontTools import subset

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x131]
GREEK = [*range(0x370, 0x400)]
SIGNS = [ord(c) for c in "–—‘’“”•…‰←↑→↓↔−×·√∞∂∇∈∑∏≈≠≤≥‖⁰⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ℓ\ufffd"]

options = subset.Options()
options.hinting = False
options.layout_features = []
options.legacy_kern = False
options.name_IDs = [0, 1, 2, 4, 5, 13, 14]
options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH"]
options.notdef_outline = True
options.recalc_timestamp = False

font = subset.load_font(sys.argv[1], options)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=LATIN + GREEK + SIGNS)
subsetter.subset(font)
subset.save_font(font, Path(__file__).with_name("DejaVuSans-subset.ttf"), options)
