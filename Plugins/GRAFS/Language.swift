// The functions that the search found for small language models. sigmoid(u) u is written silu(u).

/// GRAFS-GPT-1: silu(sigmoid(max(x, 0)) gelu(x)) silu(x).
///
/// grafs-gpt-1(NaN) = NaN, grafs-gpt-1(+inf) = inf, grafs-gpt-1(-inf) = 0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSGPT1: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    silu(GRAFSWRN.value(a)) * silu(a.x)
  }

  /// silu'(u) u' silu(x) + silu(u) silu'(x) with u that of GRAFS-WRN.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let u = GRAFSWRN.value(a)
    let slope = L.siluSlope(u) * GRAFSWRN.gradient(a).x
    return Gradient(x: fma(slope, silu(a.x), silu(u) * L.siluSlope(a.x)))
  }
}

/// GRAFS-GPT-2: 0.431 silu(sigmoid(silu(x)) x^2) + 0.5681 silu(x).
///
/// grafs-gpt-2(NaN) = NaN, grafs-gpt-2(±inf) = inf.
/// Source: the code of arXiv:2408.06820.
enum GRAFSGPT2: Activation {
  /// The formula; beyond ±100 the outer silu is its argument, which then may overflow before the result does.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let v = silu(a.x)
    let half = sigmoid(v) * a.x
    let bend = select(abs(a.x) > 100, 0.431 * half * a.x, 0.431 * silu(half * a.x))
    return fma(0.5681, v, bend)
  }

  /// 0.431 silu'(u) u' + 0.5681 silu'(x) with u = s x^2, s = sigmoid(v), v = silu(x), and
  /// u' = x s (2 + x (1 - s) v'); the last x within ±100, beyond which (1 - s) v' is nothing.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = a.x
    let v = silu(x)
    let s = sigmoid(v)
    let slope = L.siluSlope(x)
    let bend = fma(clamp(x, -1000, 1000) * sigmoid(-v), slope, 2)
    return Gradient(
      x: fma(0.431 * L.siluSlope(s * x * x) * s * bend, x, 0.5681 * slope))
  }
}

/// GRAFS-GPT-3: gelu(gelu(x)) + gelu(x).
///
/// grafs-gpt-3(NaN) = NaN, grafs-gpt-3(+inf) = inf, grafs-gpt-3(-inf) = -0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSGPT3: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let u = gelu(a.x)
    return gelu(u) + u
  }
}
