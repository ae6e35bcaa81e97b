// The functions that the search found for small language models. sigmoid(u) u is written silu(u).

/// GRAFS-GPT-1: silu(sigmoid(max(x, 0)) gelu(x)) silu(x).
///
/// grafs-gpt-1(NaN) = NaN, grafs-gpt-1(+inf) = inf, grafs-gpt-1(-inf) = 0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSGPT1: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    // Left of -60 the first factor is nothing.
    rounded(siluPair(GRAFSWRN.pair(a.x)) * siluPair(Pair(max(a.x, -60), 0)))
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
  /// The formula; left of -80 the inner silu is nothing, right of 1e4 u is a number of which e^-u is nothing.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let v = siluPair(Pair(max(x, -80), 0))
    let gate = logisticDivisor(v)
    let near = clamp(x, -1e4, 1e4)
    let u = square(near) / gate
    // In this order nothing overflows before the result does.
    let half = Pair(constant: 0.431, 0) * Pair(x, 0) / gate
    let bend = half * Pair(x, 0) / logisticDivisor(u)
    return rounded(bend + v * Pair(constant: 0.5681, 0))
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
    let u = geluPair(a.x)
    return rounded(u + geluPair(u))
  }

  /// (gelu'(gelu(x)) + 1) gelu'(x).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let slope = L.geluSlope(a.x)
    return Gradient(x: fma(L.geluSlope(gelu(a.x)), slope, slope))
  }
}
