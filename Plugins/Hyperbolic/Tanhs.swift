// The hyperbolic tangent, what it leaves of its input, and the input weighted by it.

/// Tanh: the hyperbolic tangent.
///
///     tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))
///
/// tanh(NaN) = NaN, tanh(±inf) = ±1.
enum Tanh: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { tanh(a.x) }

  /// sech^2.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: sechSquared(a.x, times: 1))
  }

  /// factor sech(x)^2 as 4t / (1 + t)^2 with t = e^(-2|x|); 1 - tanh(x)^2 would lose the tails.
  @inline(__always) static func sechSquared<L: Lanes>(_ x: L, times factor: L) -> L {
    let t = exp(-2 * abs(x))
    return factor * (4 * t / fma(t, t + 2, 1))
  }
}

/// Tanhshrink: the input minus its hyperbolic tangent.
///
///     tanhshrink(x) = x - tanh(x)
///
/// tanhshrink(NaN) = NaN, tanhshrink(±inf) = ±inf; near 0 it is x^3 / 3.
enum Tanhshrink: Activation {
  /// Two forms, in neither of which the larger terms cancel, with one division for both.
  ///
  /// From |x| = 1 on, |x| - 1 + 2t / (1 + t) with t = e^(-2|x|). Nearer to 0, x^3 (1/3 + q), x^3 and 1/3 as
  /// pairs and q a quotient of polynomials in s = x^2: from tanh's continued fraction
  ///
  ///     tanh(x) = x / (1 + s / (3 + s / (5 + ... s / 17))),
  ///
  /// right to 8e-17.
  ///
  /// Returns x^3 (1/3 + q) where |x| < 1, and the q of either side.
  @inline(__always) static func parts<N: Number>(_ x: N) -> (isNear: N.Mask, near: N, q: N) {
    let square = square(x)
    let s = square.hi
    var top = fma(s, -4.3529455294161177e-07, -0.00013279385828405437)
    top = fma(top, s, -0.0087768440709617181)
    top = fma(top, s, -0.13333333333333333)
    var bottom = fma(s, 1.3058836588248353e-06, 0.00040221216691804925)
    bottom = fma(bottom, s, 0.027450980392156862)
    bottom = fma(bottom, s, 0.47058823529411764)
    bottom = fma(bottom, s, 1)
    let size = abs(x)
    let isNear = size < 1
    let t = exp(-2 * size)
    let q = select(isNear, s * top, 2 * t) / select(isNear, bottom, 1 + t)
    let cube = square * Pair(x, 0)
    let third = Pair<N>(constant: 1.0 / 3, 0x1p-54 / 3)
    let rest = fma(cube.hi, q + third.lo, cube.lo * third.hi)
    return (isNear, N.product(cube.hi, third.hi, minus: -rest), q)
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (isNear, near, q) = parts(a.x)
    let far = (abs(a.x) - 1) + q
    return select(isNear, near, select(a.x < 0, -far, far))
  }

  /// tanh(x)^2, tanh made of what the value is made of.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (isNear, near, q) = parts(a.x)
    let t = select(isNear, a.x - near, 1 - q)
    return Gradient(x: t * t)
  }
}

/// LiSHT: the input weighted by its hyperbolic tangent.
///
///     lisht(x) = x tanh(x)
///
/// lisht(NaN) = NaN, lisht(±inf) = inf.
/// Source: arXiv:1901.05894, section 3.
enum LiSHT: Activation {
  /// The formula; from 50 on, where tanh is 1, without it: infinity has no product with what rounding lost.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(abs(a.x) > 50, abs(a.x), tanh(Pair(a.x, 0), times: a.x))
  }

  /// tanh(x) + x sech(x)^2, two terms of one sign; from 50 on, where the second is nothing, as there.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -50, 50)
    return Gradient(x: tanh(x) + Tanh.sechSquared(x, times: x))
  }
}
