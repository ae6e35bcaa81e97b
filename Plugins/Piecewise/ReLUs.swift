// ReLU's relatives: each differs from it on one side of zero, or beyond a bound.

/// Identity: the input.
///
///     identity(x) = x
enum Identity: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { a.x }
}

/// ReLU6: the positive part, at most 6.
///
///     relu6(x) = min(max(x, 0), 6)
///
/// relu6'(0) = relu6'(6) = 0. relu6(NaN) = NaN.
enum ReLU6: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { clamp(a.x, 0, 6) }
}

/// LeakyReLU: a small fixed slope for negative inputs.
///
///     leaky-relu(x) = x > 0 ? x : slope x
///
/// leaky-relu'(0) = slope. leaky-relu(NaN) = NaN.
/// Source: Maas, Hannun, Ng, ICML 2013.
enum LeakyReLU: Activation {
  /// slope.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, a.p.0 * a.x)
  }
}

/// ReLU-squared: the square of the positive part.
///
///     relu-squared(x) = max(x, 0)^2
///
/// relu-squared(NaN) = NaN, relu-squared(-inf) = 0.
/// Source: arXiv:2109.08668, arXiv:2402.03804.
enum ReLUsquared: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let r = max(a.x, 0)
    return r * r
  }
}

/// StarReLU: the squared ReLU with a scale and an offset.
///
///     star-relu(x) = s max(x, 0)^2 + b
///
/// star-relu(NaN) = NaN, star-relu(-inf) = b.
/// Source: arXiv:2210.13452, section 2.2.
enum StarReLU: Activation {
  /// s, b.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let r = max(a.x, 0)
    // The scale first: r^2 may overflow where s r^2 does not.
    return fma(a.p.0 * r, r, a.p.1)
  }
}

/// SReLU: three lines that meet at two learnable thresholds.
///
///     srelu(x) = tr + ar (x - tr)   for x >= tr
///              = tl + al (x - tl)   for x <= tl
///              = x                  between
///
/// A threshold has its outer side's derivative. srelu(NaN) = NaN.
/// Source: arXiv:1512.07030, equation 1.
enum SReLU: Activation {
  /// tl, al, tr, ar.
  @inline(__always) static var parameters: Int { 4 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, tl, al, tr, ar) = (a.x, a.p.0, a.p.1, a.p.2, a.p.3)
    let left = select(x <= tl, fma(al, x - tl, tl), x)
    return select(x >= tr, fma(ar, x - tr, tr), left)
  }

  /// By the thresholds 1 - slope, by the slopes the way beyond the threshold, each on its own side.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (x, tl, al, tr, ar) = (a.x, a.p.0, a.p.1, a.p.2, a.p.3)
    let isRight = x >= tr
    let isLeft = L.and(x <= tl, L.not(isRight))
    return Gradient(
      x: select(isRight, ar, select(isLeft, al, 1)), p0: select(isLeft, 1 - al, 0),
      p1: select(isLeft, x - tl, 0), p2: select(isRight, 1 - ar, 0),
      p3: select(isRight, x - tr, 0))
  }
}
