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
  /// The formula where |x| >= 2; nearer to 0 it would cancel.
  ///
  /// There it is x c / (1 + c), from tanh's continued fraction
  ///
  ///     tanh(x) = x / (1 + c),   c = x^2 / (3 + x^2 / (5 + ... x^2 / 23)),
  ///
  /// written as a quotient of polynomials in x^2, right to 1.1e-18 up to 2.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -2, 2)
    let s = x * x
    var top: N = 3.1622138893727925985e-12
    top = fma(top, s, 9.2494756264154183505e-9)
    top = fma(top, s, 4.0358545316592608736e-6)
    top = fma(top, s, 0.00055210489993098688751)
    top = fma(top, s, 0.026086956521739130435)
    top = fma(top, s, 0.33333333333333333333)
    var bottom: N = 3.1622138893727925985e-12
    bottom = fma(bottom, s, 9.4961283097864961732e-9)
    bottom = fma(bottom, s, 4.2732577394039232779e-6)
    bottom = fma(bottom, s, 0.00061022120518688024409)
    bottom = fma(bottom, s, 0.031055900621118012422)
    bottom = fma(bottom, s, 0.4782608695652173913)
    bottom = fma(bottom, s, 1)
    return select(abs(a.x) < 2, a.x * (s * top / bottom), a.x - tanh(a.x))
  }

  /// tanh(x)^2.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let t = tanh(a.x)
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
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    a.x * tanh(a.x)
  }

  /// tanh(x) + x sech(x)^2, two terms of one sign; from 50 on, where the second is nothing, as there.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -50, 50)
    return Gradient(x: tanh(x) + Tanh.sechSquared(x, times: x))
  }
}
