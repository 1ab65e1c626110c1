"""Writes sklearn.json: what scikit-learn says of 200 cases, which case.rs makes from the same formula.

    pip install scikit-learn
    python crates/train/tests/metrics/sklearn.py

Written with scikit-learn 1.9.1. Values are numbers, lists of numbers or a text; "NaN" is one, and null
stands where scikit-learn refuses to answer.
"""

import json
import pathlib
import sys
import warnings

import numpy as np

sys.path.pop(0)  # this folder, in which `sklearn` is this file

import sklearn  # noqa: E402
from scipy.special import expit, softmax  # noqa: E402
from sklearn import metrics  # noqa: E402
from sklearn.calibration import calibration_curve  # noqa: E402

warnings.simplefilter("ignore")
CASES = 200
TEXTS = 60


class Stream:
    """Knuth's linear congruential generator, its upper 31 bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % count


class Case:
    def __init__(self, seed):
        stream = Stream(seed)
        below = stream.below
        rows = 1 if seed % 20 == 0 else 1 + below(30)
        fine, weighted = below(2) == 1, below(2) == 1
        columns = 2 + below(4)
        occurring, absent = 1 + below(columns), below(3) == 0
        occurring = occurring if absent else columns
        outputs = 1 + below(3)
        positives, relation = below(8), below(6)

        def number():
            return below(2**31) / 2**28 - 4.0 if fine else (below(9) - 4.0) / 2.0

        def share():
            return below(2**31) / 2**31 if fine else below(9) / 8.0

        def part():
            return 1.0 + (below(2**31) if fine else below(4))

        def table(of, width):
            return np.array([[of() for _ in range(width)] for _ in range(rows)])

        self.rows, self.fine, self.columns = rows, fine, columns
        weights = np.array([below(5) / 4.0 for _ in range(rows)])
        weights[0] += 0.25
        self.weights = weights if weighted else None
        self.z = table(number, 1)[:, 0]
        self.p = table(share, 1)[:, 0]
        self.y = np.array([{0: 0, 1: 1}.get(positives, below(2)) for _ in range(rows)])
        self.zs = table(number, columns)
        self.ps = table(part, columns)
        self.ps /= self.ps.sum(axis=1, keepdims=True)
        self.classes = np.array([below(occurring) for _ in range(rows)])
        self.predicted = np.array([below(columns) for _ in range(rows)])
        self.holes = np.array([below(5) == 0 for _ in range(rows)])
        self.targets = table(number, outputs)
        self.numbers = table(number, outputs)
        if relation == 0:
            self.targets[:] = 1.5
        elif relation == 1:
            self.numbers = self.targets + 0.5
        elif relation == 2:
            self.numbers = self.targets.copy()

    def one_hot(self):
        return np.eye(self.columns, dtype=int)[self.classes]


def of_classes(y, predicted, c):
    """Accuracy, balanced accuracy, correlation, and the averages over the classes that occur."""
    labels = sorted(set(y) | set(predicted[predicted < 99]))
    result = {
        "accuracy": metrics.accuracy_score(y, predicted, sample_weight=c.weights),
        "balanced accuracy": metrics.balanced_accuracy_score(y, predicted, sample_weight=c.weights),
        "matthews": metrics.matthews_corrcoef(y, predicted, sample_weight=c.weights),
    }
    for average in ["micro", "macro", "weighted", "class 1"]:
        for beta in [1.0, 0.5, 2.0]:
            of = dict(labels=[1], average=None) if average == "class 1" else dict(labels=labels, average=average)
            p, r, f, _ = metrics.precision_recall_fscore_support(
                y, predicted, beta=beta, sample_weight=c.weights, zero_division=0, **of)
            p, r, f = (float(np.squeeze(x)) for x in (p, r, f))
            result |= {f"precision {average}": p, f"recall {average}": r, f"f {beta} {average}": f}
    return result


def of_scores(c):
    """Curves and areas of one column."""
    roc, pr = {}, {}
    for name, scores in [("logits", c.z), ("probabilities", c.p)]:
        roc[f"roc auc, {name}"] = metrics.roc_auc_score(c.y, scores, sample_weight=c.weights)
        pr[f"average precision, {name}"] = metrics.average_precision_score(c.y, scores, sample_weight=c.weights)
    x, y, t = metrics.roc_curve(c.y, c.z, pos_label=1, sample_weight=c.weights, drop_intermediate=False)
    precision, recall, thresholds = metrics.precision_recall_curve(c.y, c.z, pos_label=1, sample_weight=c.weights)
    curves = {
        "roc curve": [*x, *y, *t[1:]],
        "precision-recall curve": [*precision, *recall, *thresholds],
    }
    return roc | pr | curves


def of_several(c):
    """One against the rest. Softmax may tie in one library what it does not in another."""
    one_hot, result = c.one_hot(), {}
    for name, p in [("logits", softmax(c.zs, axis=1) if c.fine else None), ("probabilities", c.ps)]:
        roc = pr = None
        if p is not None:
            roc = metrics.roc_auc_score(one_hot, p, average="macro", sample_weight=c.weights)
            pr = metrics.average_precision_score(one_hot, p, average="macro", sample_weight=c.weights)
            if len(set(c.classes)) == c.columns > 2:
                same = metrics.roc_auc_score(c.classes, p, multi_class="ovr", sample_weight=c.weights)
                assert same == roc or same != same
        result |= {f"roc auc, several, {name}": roc, f"average precision, several, {name}": pr}
    for k in [1, 2]:
        top = None
        if c.columns > 2:
            top = metrics.top_k_accuracy_score(
                c.classes, c.zs, k=k, labels=range(c.columns), sample_weight=c.weights)
        result[f"top {k}"] = top
    return result


def of_probabilities(c):
    weights = dict(sample_weight=c.weights)
    result = {}
    for name, p in [("logits", expit(c.z)), ("probabilities", c.p)]:
        result[f"log loss, {name}"] = metrics.log_loss(c.y, p, labels=[0, 1], **weights)
        result[f"brier, {name}"] = metrics.brier_score_loss(c.y, p, pos_label=1, **weights)
    for name, p in [("logits", softmax(c.zs, axis=1)), ("probabilities", c.ps)]:
        labels = range(c.columns)
        result[f"log loss, several, {name}"] = metrics.log_loss(c.classes, p, labels=labels, **weights)
        result[f"brier, several, {name}"] = metrics.brier_score_loss(c.classes, p, labels=labels, **weights)
    return result


def of_bins(c):
    """Weights, which are quarters, as rows that occur so many times: scikit-learn's take none."""
    times = np.ones(c.rows, int) if c.weights is None else (4 * c.weights).astype(int)
    largest = c.ps.argmax(axis=1)
    of = {
        "": (c.p, c.y),
        ", several": (c.ps.max(axis=1), (largest == c.classes).astype(int)),
    }
    result = {}
    for name, (p, y) in of.items():
        for strategy, bins in [("uniform", 10), ("uniform", 3), ("quantile", 4)]:
            curve = error = None
            if strategy == "uniform" or c.weights is None:
                p_, y_ = np.repeat(p, times), np.repeat(y, times)
                observed, mean = calibration_curve(y_, p_, pos_label=1, n_bins=bins, strategy=strategy)
                edges = np.linspace(0, 1, bins + 1)
                edges = np.percentile(p_, 100 * edges) if strategy == "quantile" else edges
                counts = np.bincount(np.searchsorted(edges[1:-1], p_), minlength=bins)
                counts = counts[counts > 0]
                curve = [*mean, *observed]
                error = np.sum(counts * np.abs(observed - mean)) / np.sum(counts)
            if not name:
                result[f"calibration, {strategy} {bins}"] = curve
            result[f"calibration error{name}, {strategy} {bins}"] = error
    return result


def of_matrix(c):
    """Of a list of predicted classes."""
    result = {}
    labels = range(c.columns)
    for name, normalize in [("counts", None), ("actual", "true"), ("predicted", "pred"), ("all", "all")]:
        matrix = metrics.confusion_matrix(
            c.classes, c.predicted, labels=labels, sample_weight=c.weights, normalize=normalize)
        result[f"confusion matrix, {name}"] = matrix.ravel()
    each = metrics.precision_recall_fscore_support(
        c.classes, c.predicted, average=None, sample_weight=c.weights, zero_division=0)
    result["report"] = np.concatenate(each)
    text = None
    # Where no row is right it writes supports as if there were weights: 1.0.
    if c.weights is None and any(c.classes == c.predicted):
        text = metrics.classification_report(c.classes, c.predicted, zero_division=0)
    result["report, text"] = text
    return result


def of_numbers(c):
    y, p, weights = c.targets, c.numbers, dict(sample_weight=c.weights)
    counted = np.ones(c.rows, bool) if c.weights is None else c.weights > 0
    largest = [metrics.max_error(y[counted, j], p[counted, j]) for j in range(y.shape[1])]
    return {
        "mean squared error": metrics.mean_squared_error(y, p, **weights),
        "root mean squared error": metrics.root_mean_squared_error(y, p, **weights),
        "mean absolute error": metrics.mean_absolute_error(y, p, **weights),
        "median absolute error": metrics.median_absolute_error(y, p, **weights),
        "max error": np.mean(largest),
        "r squared": metrics.r2_score(y, p, **weights),
        "explained variance": metrics.explained_variance_score(y, p, **weights),
    }


def all_of(c):
    result = of_scores(c) | of_several(c) | of_probabilities(c) | of_bins(c) | of_matrix(c) | of_numbers(c)
    decided = np.where(c.holes, 99, c.zs.argmax(axis=1))
    for name, y, predicted in [
        ("logits", c.y, (c.z > 0).astype(int)),
        ("probabilities", c.y, (c.p > 0.5).astype(int)),
        ("several, logits", c.classes, c.zs.argmax(axis=1)),
        ("several, probabilities", c.classes, c.ps.argmax(axis=1)),
        ("several, with NaN", c.classes, decided),
    ]:
        result |= {f"{key}, {name}": value for key, value in of_classes(y, predicted, c).items()}
    return result


def plain(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, np.ndarray)):
        return [plain(x) for x in value]
    value = float(value)
    return "NaN" if value != value else int(value) if value == int(value) else value


fixture = {"made_by": f"scikit-learn {sklearn.__version__}", "values": {}}
for seed in range(CASES):
    for name, value in all_of(Case(seed)).items():
        fixture["values"].setdefault(name, []).append(plain(value))
fixture["values"]["report, text"] = fixture["values"]["report, text"][:TEXTS]
lines = [f'{json.dumps(name)}: {json.dumps(values)}' for name, values in fixture["values"].items()]
text = '{"made_by": "%s", "values": {\n%s\n}}\n' % (fixture["made_by"], ",\n".join(lines))
pathlib.Path(__file__).with_suffix(".json").write_text(text)
