"""PyTorch, eager, with its fused optimizers."""

from itertools import cycle

import workloads

opts = workloads.options()

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(opts.threads)
name, work = opts.workload, workloads.WORKLOADS[opts.workload]
LOSSES = {"mse": F.mse_loss, "bce": F.binary_cross_entropy_with_logits, "ce": F.cross_entropy}


def feed():
    return cycle([(torch.from_numpy(x), torch.from_numpy(y)) for x, y in workloads.batches(name)])


def network():
    modules = []
    for weight, bias in workloads.initial(name):
        layer = nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight).T)
            layer.bias.copy_(torch.from_numpy(bias))
        modules += [layer, nn.Tanh() if work["activation"] == "tanh" else nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def optimizer(parameters):
    settings = dict(work["optimizer"])
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[settings.pop("name")]
    return kind(parameters, fused=True, **settings)


def measure(step, read):
    workloads.measure("torch", torch.__version__, opts, step, lambda result: [read(result)])


def train():
    model, data, criterion = network(), feed(), LOSSES[work["loss"]]
    update = optimizer(model.parameters())
    penalised = [(layer.weight, factor) for layer, factor in zip(model[::2], workloads.penalties(name)) if factor]

    def step():
        x, y = next(data)
        update.zero_grad()
        loss = criterion(model(x), y)
        for weight, factor in penalised:
            loss = loss + factor * weight.square().sum()
        loss.backward()
        update.step()
        return loss

    measure(step, torch.Tensor.item)


@torch.inference_mode()
def infer():
    model, data = network(), feed()
    measure(lambda: model(next(data)[0]), lambda logits: logits.mean().item())


def opt():
    parameter, gradient = map(torch.from_numpy, workloads.parameter_and_gradient(name))
    parameter = nn.Parameter(parameter)
    parameter.grad = gradient
    update = optimizer([parameter])
    measure(update.step, lambda _: parameter.detach().double().square().mean().item())


def hvp():
    model, data, criterion = network(), feed(), LOSSES[work["loss"]]
    parameters = list(model.parameters())
    vector = [torch.from_numpy(v.T.copy()) for layer in workloads.direction(name) for v in layer]

    def step():
        x, y = next(data)
        gradient = torch.autograd.grad(criterion(model(x), y), parameters, create_graph=True)
        return torch.autograd.grad(gradient, parameters, vector)

    measure(step, lambda product: sum((p * v).sum().item() for p, v in zip(product, vector)))


{"train": train, "infer": infer, "opt": opt, "hvp": hvp}[work["kind"]]()
