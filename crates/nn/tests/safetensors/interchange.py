"""Exchange with Python's safetensors, checked in numpy.

    pip install numpy safetensors
    python interchange.py write                 # writes from_python.safetensors, which the tests read
    python interchange.py check <file>          # checks what the test `rust_writes_for_python` has written

A network 3-5-2, tanh in between, in both element types: weights [fan_in, fan_out], inputs `x` and outputs `y`.
"""

import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def outputs(get, prefix):
    h = np.tanh(get(f"{prefix}x") @ get(f"{prefix}layers.0.weight") + get(f"{prefix}layers.0.bias"))
    return h @ get(f"{prefix}layers.1.weight") + get(f"{prefix}layers.1.bias")


def write(path):
    random = np.random.default_rng(1)
    tensors = {}
    for element in (np.float32, np.float64):
        prefix = f"{np.dtype(element).name}."
        shapes = {"layers.0.weight": (3, 5), "layers.0.bias": (5,), "layers.1.weight": (5, 2), "layers.1.bias": (2,), "x": (4, 3)}
        for name, shape in shapes.items():
            tensors[prefix + name] = random.normal(size=shape).astype(element)
        tensors[prefix + "y"] = outputs(tensors.__getitem__, prefix)
    save_file(tensors, path, metadata={"format": "np", "made by": "interchange.py"})


def check(path):
    with safe_open(path, "np") as file:
        print("metadata:", file.metadata())
        for prefix, element, tolerance in (("float32.", np.float32, 1e-5), ("float64.", np.float64, 1e-13)):
            names = [name for name in file.keys() if name.startswith(prefix)]
            assert len(names) == 6, names
            assert all(file.get_tensor(name).dtype == element for name in names)
            y = file.get_tensor(f"{prefix}y")
            difference = np.abs(outputs(file.get_tensor, prefix) - y).max() / np.abs(y).max()
            print(f"{prefix}y differs by {difference:.1e} of the largest")
            assert difference < tolerance


match sys.argv[1:]:
    case ["write"]:
        write(pathlib.Path(__file__).with_name("from_python.safetensors"))
    case ["check", path]:
        check(path)
    case _:
        sys.exit(__doc__)
