//! Products of vectors and matrices, systems of equations.

use ndarray::{Array1, Array2, ArrayD, Axis, Dimension, Ix2};
use proptest::prelude::*;
use tapegrad_autodiff::{Element, Tape, Var};

use crate::naive::{broadcast_shape, number, product};
use crate::row::operations;
use crate::shapes::Shapes::{AtLeast, Equal, Other};
use crate::shapes::{any, broadcast};

operations! {
    dot: "dot", Reals, Other(|| matrices(|m, k, n| [vec![m, k], vec![k, n]])), |x| x[0].dot(x[1]), |x| product(&x[0], &x[1]);
    dot_vector: "dot", Reals, Other(|| matrices(|m, k, _| [vec![m, k], vec![k]])), |x| x[0].dot(x[1]),
        |x| product(&x[0], &column(&x[1])).remove_axis(Axis(1));
    vector_dot: "dot", Reals, Other(|| matrices(|_, k, n| [vec![k], vec![k, n]])), |x| x[0].dot(x[1]),
        |x| product(&column(&x[0]).t().to_owned(), &x[1]).remove_axis(Axis(0));
    vector_dot_vector: "dot", Reals, Other(|| matrices(|_, k, _| [vec![k], vec![k]])), |x| x[0].dot(x[1]), |x| number((&x[0] * &x[1]).sum());
    dot_batches: "dot", Reals, Other(|| batches(|m, k, n| [vec![m, k], vec![k, n]])), |x| x[0].dot(x[1]), |x| products(&x[0], &x[1]);
    batch_dot_matrix: "dot", Reals, Other(|| batch_and(|m, k, n| [vec![m, k], vec![k, n]])), |x| x[0].dot(x[1]), |x| products(&x[0], &x[1]);
    batch_dot_vector: "dot", Reals, Other(|| batch_and(|m, k, _| [vec![m, k], vec![k]])), |x| x[0].dot(x[1]),
        |x| { let y = products(&x[0], &column(&x[1])); let last = Axis(y.ndim() - 1); y.remove_axis(last) };
    vector_dot_batch: "dot", Reals, Other(|| batch_and(|_, k, n| [vec![k, n], vec![k]])), |x| x[1].dot(x[0]),
        |x| { let y = products(&column(&x[1]).t().to_owned(), &x[0]); let row = Axis(y.ndim() - 2); y.remove_axis(row) };
    dot_t: "dot_t", Reals, Other(|| matrices(|m, k, n| [vec![m, k], vec![n, k]])), |x| x[0].dot_t(x[1]), |x| product(&x[0], &x[1].t().to_owned());
    dot_t_batches: "dot_t", Reals, Other(|| batches(|m, k, n| [vec![m, k], vec![n, k]])), |x| x[0].dot_t(x[1]), |x| products(&x[0], &transposed(&x[1]));
    batch_dot_t_matrix: "dot_t", Reals, Other(|| batch_and(|m, k, n| [vec![m, k], vec![n, k]])), |x| x[0].dot_t(x[1]), |x| products(&x[0], &transposed(&x[1]));
    t_dot: "t_dot", Reals, Other(|| matrices(|m, k, n| [vec![k, m], vec![k, n]])), |x| x[0].t_dot(x[1]), |x| product(&x[0].t().to_owned(), &x[1]);
    t_dot_batches: "t_dot", Reals, Other(|| batches(|m, k, n| [vec![k, m], vec![k, n]])), |x| x[0].t_dot(x[1]), |x| products(&transposed(&x[0]), &x[1]);
    inner: "inner", Reals, Equal, |x| x[0].inner(x[1]), |x| number((&x[0] * &x[1]).sum());
    outer: "outer", Reals, Other(|| matrices(|m, _, n| [vec![m], vec![n]])), |x| x[0].outer(x[1]), |x| product(&column(&x[0]), &column(&x[1]).t().to_owned());
    diagonal: "diagonal", Reals, AtLeast(2), |x| x[0].diagonal(), |x| each_matrix(&x[0], |x| x.diag().to_owned());
    diagonal_matrix: "diagonal_matrix", Reals, AtLeast(1), |x| x[0].diagonal_matrix(), |x| {
        let mut shape = x[0].shape().to_vec();
        shape.push(shape[shape.len() - 1]);
        ArrayD::from_shape_fn(shape, |at| {
            let (last, place) = at.slice().split_last().unwrap();
            if place.last() == Some(last) { x[0][place] } else { 0.0 }
        })
    };
    trace: "trace", Reals, Other(squares), |x| x[0].trace(), |x| {
        let traces = each_matrix(&x[0], |x| Array1::from(vec![x.diag().sum()]));
        let last = Axis(traces.ndim() - 1);
        traces.remove_axis(last)
    };
    cholesky: "cholesky", Reals, Other(|| systems(|n, _| vec![vec![n, n]])), |x| positive_definite(x[0]).cholesky(), |x| textbook_cholesky(&square(&x[0])).into_dyn();
    solve: "solve", Reals, Other(|| systems(|n, k| vec![vec![n, n], vec![n, k]])), |x| positive_definite(x[0]).solve(x[1]), |x| elimination(square(&x[0]), &x[1]);
    solve_vector: "solve", Reals, Other(|| systems(|n, _| vec![vec![n, n], vec![n]])), |x| positive_definite(x[0]).solve(x[1]),
        |x| elimination(square(&x[0]), &column(&x[1])).remove_axis(Axis(1));
    solve_triangular: "solve_triangular", Positive, Other(|| systems(|n, k| vec![vec![n, n], vec![n, k]])), |x| (x[0] + 0.5).solve_triangular(x[1]),
        |x| elimination(triangle(&x[0]), &x[1]);
    solve_triangular_vector: "solve_triangular", Positive, Other(|| systems(|n, _| vec![vec![n, n], vec![n]])), |x| (x[0] + 0.5).solve_triangular(x[1]),
        |x| elimination(triangle(&x[0]), &column(&x[1])).remove_axis(Axis(1));
    t_solve_triangular: "t_solve_triangular", Positive, Other(|| systems(|n, k| vec![vec![n, n], vec![n, k]])), |x| (x[0] + 0.5).t_solve_triangular(x[1]),
        |x| elimination(triangle(&x[0]).reversed_axes(), &x[1]);
    t_solve_triangular_vector: "t_solve_triangular", Positive, Other(|| systems(|n, _| vec![vec![n, n], vec![n]])), |x| (x[0] + 0.5).t_solve_triangular(x[1]),
        |x| elimination(triangle(&x[0]).reversed_axes(), &column(&x[1])).remove_axis(Axis(1));
}

/// Shapes of two matrices, of their outer and inner sizes.
fn matrices(shapes: fn(usize, usize, usize) -> [Vec<usize>; 2]) -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 0..4_usize, 0..4_usize)
        .prop_map(move |(m, k, n)| shapes(m, k, n).to_vec())
        .boxed()
}

/// Shapes of two matrices after leading axes that broadcast.
fn batches(shapes: fn(usize, usize, usize) -> [Vec<usize>; 2]) -> BoxedStrategy<Vec<Vec<usize>>> {
    (broadcast(any(0..3, 0..3), 2), matrices(shapes))
        .prop_map(|(leading, matrices)| {
            let shapes = leading.into_iter().zip(matrices);
            shapes
                .map(|(leading, matrix)| [leading, matrix].concat())
                .collect()
        })
        .boxed()
}

/// Shapes of two operands, with leading axes before the first.
fn batch_and(shapes: fn(usize, usize, usize) -> [Vec<usize>; 2]) -> BoxedStrategy<Vec<Vec<usize>>> {
    (any(1..3, 0..3), matrices(shapes))
        .prop_map(|(leading, mut shapes)| {
            shapes[0].splice(0..0, leading);
            shapes
        })
        .boxed()
}

/// The shape of square matrices.
fn squares() -> BoxedStrategy<Vec<Vec<usize>>> {
    (any(0..3, 0..3), 0..4_usize)
        .prop_map(|(leading, n)| vec![[leading, vec![n, n]].concat()])
        .boxed()
}

/// Shapes for so many equations and right-hand sides.
fn systems(shapes: fn(usize, usize) -> Vec<Vec<usize>>) -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 0..4_usize)
        .prop_map(move |(n, k)| shapes(n, k))
        .boxed()
}

fn column(x: &ArrayD<f64>) -> ArrayD<f64> {
    x.clone().insert_axis(Axis(1))
}

fn matrix(x: &ArrayD<f64>) -> Array2<f64> {
    x.clone().into_dimensionality::<Ix2>().unwrap()
}

/// The last two axes in the other order.
fn transposed(x: &ArrayD<f64>) -> ArrayD<f64> {
    let mut x = x.clone();
    x.swap_axes(x.ndim() - 2, x.ndim() - 1);
    x
}

/// `f` of each matrix, a vector.
fn each_matrix(x: &ArrayD<f64>, f: impl Fn(Array2<f64>) -> Array1<f64>) -> ArrayD<f64> {
    let (leading, sizes) = x.shape().split_at(x.ndim() - 2);
    let length = f(Array2::zeros((sizes[0], sizes[1]))).len();
    ArrayD::from_shape_fn([leading, &[length]].concat(), |at| {
        let (&i, place) = at.slice().split_last().unwrap();
        let mut x = x.view();
        for &index in place {
            x = x.index_axis_move(Axis(0), index);
        }
        f(matrix(&x.to_owned()))[i]
    })
}

/// The products of matrices after leading axes that broadcast.
fn products(a: &ArrayD<f64>, b: &ArrayD<f64>) -> ArrayD<f64> {
    let ((a_leading, a_matrix), (b_leading, b_matrix)) = (
        a.shape().split_at(a.ndim() - 2),
        b.shape().split_at(b.ndim() - 2),
    );
    let leading = broadcast_shape(&[a_leading, b_leading]);
    let spread = |x: &ArrayD<f64>, matrix| {
        let shape = [&leading[..], matrix].concat();
        x.broadcast(shape).unwrap().to_owned()
    };
    let (a, b) = (spread(a, a_matrix), spread(b, b_matrix));
    ArrayD::from_shape_fn([&leading[..], &[a_matrix[0], b_matrix[1]]].concat(), |at| {
        let (place, &[i, j]) = at.slice().split_last_chunk().unwrap();
        let at = |i, j| [place, &[i, j][..]].concat();
        (0..a_matrix[1])
            .map(|l| a[&*at(i, l)] * b[&*at(l, j)])
            .sum()
    })
}

/// `M Mᵀ + I` and a part that is not symmetric and must not count.
fn positive_definite<T: Element>(m: Var<'_, T>) -> Var<'_, T> {
    let ones = m.tape().constant(Array1::ones(m.shape()[0]));
    m.dot_t(m) + ones.diagonal_matrix() + m - m.t()
}

/// `M Mᵀ + I`.
fn square(m: &ArrayD<f64>) -> Array2<f64> {
    let m = matrix(m);
    m.dot(&m.t()) + Array2::<f64>::eye(m.nrows())
}

/// The lower triangle of `M + ½`.
fn triangle(m: &ArrayD<f64>) -> Array2<f64> {
    let m = matrix(m);
    Array2::from_shape_fn(m.dim(), |(i, j)| if i < j { 0.0 } else { m[[i, j]] + 0.5 })
}

/// Column by column: what is left of each, by the root of what is left of its diagonal.
fn textbook_cholesky(a: &Array2<f64>) -> Array2<f64> {
    let (n, mut l) = (a.nrows(), Array2::zeros(a.dim()));
    for j in 0..n {
        for i in j..n {
            let left = a[[i, j]] - (0..j).map(|p| l[[i, p]] * l[[j, p]]).sum::<f64>();
            l[[i, j]] = if i == j {
                left.sqrt()
            } else {
                left / l[[j, j]]
            };
        }
    }
    l
}

/// The solution of `A X = B` by Gauss and Jordan; no pivot is zero.
fn elimination(mut a: Array2<f64>, b: &ArrayD<f64>) -> ArrayD<f64> {
    let mut x = matrix(b);
    for pivot in 0..a.nrows() {
        let c = a[[pivot, pivot]];
        let (a_row, x_row) = (&a.row(pivot) / c, &x.row(pivot) / c);
        for i in 0..a.nrows() {
            let c = a[[i, pivot]];
            a.row_mut(i).scaled_add(-c, &a_row);
            x.row_mut(i).scaled_add(-c, &x_row);
        }
        a.row_mut(pivot).assign(&a_row);
        x.row_mut(pivot).assign(&x_row);
    }
    x.into_dyn()
}

/// Numbers that look random.
fn numbers(shape: &[usize]) -> ArrayD<f64> {
    let mut count = 0.0_f64;
    ArrayD::from_shape_simple_fn(shape, || {
        count += 1.0;
        (count * count).sin()
    })
}

/// Each product of a batch has the bits that it has alone, on one thread and on several.
#[test]
fn batches_are_single_products() {
    for (leading, [m, k, n]) in [(3, [5, 7, 4]), (40, [33, 48, 41])] {
        let tape = Tape::<f64>::new();
        let x = tape.constant(numbers(&[leading, m, k]));
        let y = tape.constant(numbers(&[2, 1, k, n]));
        let z = x.dot(y).value();
        for place in 0..2 {
            for index in 0..leading {
                let one = |x: Var<'_, f64>, at| tape.constant(&x.value().index_axis(Axis(0), at));
                let (x, y) = (one(x, index), one(one(y, place), 0));
                let alone = x.dot(y).value();
                assert_eq!(
                    z.index_axis(Axis(0), place).index_axis(Axis(0), index),
                    alone
                );
            }
        }
    }
}

/// Where there is no factor, all is NaN: the values and, so that nobody trains on, the gradients.
#[test]
fn what_is_not_positive_definite_is_nan() {
    let nan = f64::NAN;
    for a in [
        ndarray::array![[1.0, 2.0], [2.0, 1.0]],
        ndarray::array![[0.0, 0.0], [0.0, 0.0]],
        ndarray::array![[-1.0, 0.0], [0.0, 1.0]],
        ndarray::array![[1.0, nan], [0.0, 1.0]],
    ] {
        let tape = Tape::<f64>::new();
        let (a, b) = (tape.var(a), tape.var([1.0, 2.0]));
        for y in [a.cholesky(), a.solve(b)] {
            assert!(y.value().iter().all(|y| y.is_nan()), "{y}");
            let gradient = y.sum(..).backward().wrt(a);
            assert!(gradient.iter().all(|g| g.is_nan()), "{gradient}");
        }
    }
}

/// The solution for a matrix that is nearly singular leaves no more of the right-hand side than
/// rounding does: the method is backward stable.
#[test]
fn solutions_of_hilbert_matrices_fit() {
    for n in [2_usize, 5, 8, 11] {
        let hilbert = Array2::from_shape_fn((n, n), |(i, j)| 1.0 / (i + j + 1) as f64);
        let tape = Tape::<f64>::new();
        let (a, b) = (tape.var(&hilbert), tape.var(Array1::ones(n)));
        let (l, x) = (a.cholesky(), a.solve(b));
        let of_factor = (l.dot_t(l) - a)
            .value()
            .fold(0.0_f64, |most, e| most.max(e.abs()));
        assert!(of_factor <= 1e-16 * n as f64, "{n}: {of_factor}");
        let size = x.value().fold(1.0_f64, |most, x| most.max(x.abs()));
        let left = (a.dot(x) - b)
            .value()
            .fold(0.0_f64, |most, e| most.max(e.abs()));
        assert!(left <= 1e-16 * n as f64 * size, "{n}: {left} of {size}");
    }
}

/// What is above the diagonal is not read and has no gradient.
#[test]
fn only_the_triangle_counts() {
    let nan = f64::NAN;
    let tape = Tape::<f64>::new();
    let l = tape.var(ndarray::array![
        [2.0, nan, nan],
        [1.0, 3.0, nan],
        [0.5, 1.0, 4.0]
    ]);
    let b = tape.var(numbers(&[3, 2]));
    for x in [l.solve_triangular(b), l.t_solve_triangular(b)] {
        let gradients = x.sum(..).backward();
        let of_l = gradients.wrt(l);
        assert!(x.value().iter().chain(&of_l).all(|x| x.is_finite()));
        assert_eq!([of_l[[0, 1]], of_l[[0, 2]], of_l[[1, 2]]], [0.0; 3]);
    }
}

/// A solution and its derivatives need one factor.
#[test]
fn a_matrix_is_factorised_once() {
    let tape = Tape::<f64>::new();
    let m = tape.var(numbers(&[3, 3]));
    let a = positive_definite(m);
    let b = tape.var(numbers(&[3]));
    let first = tape.grad(a.solve(b).sum(..), &[a, b]);
    tape.grad(first[0].squared_norm(), &[m, b]);
    let factors = (0..tape.len()).filter(|&index| {
        let value = tape.at(index);
        value.shape() == [3, 3]
            && format!("{value:?}").contains(": solve ")
            && value.value()[[0, 2]] == 0.0
    });
    assert_eq!(factors.count(), 1);
}
