"""Exchange with NumPy.

    pip install numpy
    python interchange.py write                 # writes stored.npz, compressed.npz and versions/, which the tests read
    python interchange.py check <file>          # checks what the test `rust_writes_for_numpy` has written

Each array is the same 2 × 3 numbers, 0 and 1 or others that all its types can hold.
"""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
NUMBERS = np.array([[0, 1, 100], [7, 50, 3]])


def write():
    arrays = {}
    for kind in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        arrays[kind] = NUMBERS.astype(f"<{kind}")
        arrays[f"{kind} in columns"] = np.asfortranarray(arrays[kind])
    arrays["b1"] = NUMBERS > 5
    arrays["number"] = np.array(2.5)
    arrays["list"] = np.array([-1.5, np.nan, np.inf, -0.0, 5e-324])
    arrays["nothing"] = np.zeros((3, 0))
    arrays["three axes"] = np.arange(24.0).reshape(2, 3, 4)
    arrays["three axes in columns"] = np.asfortranarray(arrays["three axes"])
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "compressed.npz", **arrays)

    versions = HERE / "versions"
    versions.mkdir(exist_ok=True)
    for version in [(1, 0), (2, 0), (3, 0)]:
        with open(versions / f"{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, NUMBERS.astype("<f4"), version=version)
    np.save(versions / "big_endian.npy", NUMBERS.astype(">f8"))
    np.save(versions / "complex.npy", NUMBERS.astype("<c16"))
    np.save(versions / "record.npy", np.zeros(2, dtype=[("a", "<f8"), ("b", "<i4")]))


def check(path):
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file.files) == ["list", "nothing", "number", "x32", "x64"], file.files
        for name, kind in [("x32", "<f4"), ("x64", "<f8")]:
            assert file[name].dtype == np.dtype(kind) and file[name].flags.c_contiguous
            assert np.array_equal(file[name], NUMBERS + 0.5)
        expected = np.array([-1.5, np.nan, np.inf, -0.0, 5e-324])
        assert file["list"].tobytes() == expected.tobytes()
        assert file["nothing"].shape == (3, 0) and file["number"].shape == () and file["number"] == 2.5
    print("as expected")


match sys.argv[1:]:
    case ["write"]:
        write()
    case ["check", path]:
        check(path)
    case _:
        sys.exit(__doc__)
