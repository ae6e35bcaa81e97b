// The functions that the search found for residual networks. sigmoid(u) u is written silu(u).

/// GRAFS-ResNet-1: silu(gelu(x)).
///
/// grafs-resnet-1(NaN) = NaN, grafs-resnet-1(+inf) = inf, grafs-resnet-1(-inf) = -0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSResNet1: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    rounded(siluPair(geluPair(a.x)))
  }

  /// silu'(gelu(x)) gelu'(x).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: L.siluSlope(gelu(a.x)) * L.geluSlope(a.x))
  }
}

/// GRAFS-ResNet-2: silu(leakyrelu(gelu(x))), leakyrelu(u) = max(u, 0.01 u).
///
/// grafs-resnet-2(NaN) = NaN, grafs-resnet-2(+inf) = inf, grafs-resnet-2(-inf) = -0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSResNet2: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let u = geluPair(a.x)
    let leak = u * Pair(constant: 0.01, 0)
    let isLeft = u.hi <= 0
    return rounded(
      siluPair(Pair(select(isLeft, leak.hi, u.hi), select(isLeft, leak.lo, u.lo))))
  }

  /// silu'(v) gelu'(x), a hundredth of it for x <= 0.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let u = gelu(a.x)
    let slope: L = select(u > 0, 1, 0.01)
    return Gradient(x: slope * (L.siluSlope(slope * u) * L.geluSlope(a.x)))
  }
}

/// GRAFS-ResNet-3: max(silu(gelu(x)), 0).
///
/// The derivative at 0 is 0. grafs-resnet-3(NaN) = NaN, grafs-resnet-3(+inf) = inf, grafs-resnet-3(-inf) = 0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSResNet3: Activation {
  /// The formula: gelu and silu have the sign of their arguments.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    rounded(siluPair(geluPair(max(a.x, 0))))
  }

  /// silu'(gelu(x)) gelu'(x) for x > 0, else 0.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let slope = L.siluSlope(gelu(a.x)) * L.geluSlope(a.x)
    return Gradient(x: select(a.x <= 0, 0, slope))
  }
}

/// GRAFS-ResNet-4: sigmoid(gelu(max(x, 0))) max(x, 0).
///
/// The derivative at 0 is 0. grafs-resnet-4(NaN) = NaN, grafs-resnet-4(+inf) = inf, grafs-resnet-4(-inf) = 0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSResNet4: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let r = max(a.x, 0)
    return rounded(Pair(r, 0) / logisticDivisor(geluPair(r)))
  }

  /// s (1 + r (1 - s) gelu'(r)) with s = sigmoid(gelu(r)), r = max(x, 0) up to 100, where 1 - s is nothing.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let r = min(max(a.x, 0), 100)
    let u = gelu(r)
    let slope = sigmoid(u) * fma(r * sigmoid(-u), L.geluSlope(r), 1)
    return Gradient(x: select(a.x <= 0, 0, slope))
  }
}

/// GRAFS-WRN: sigmoid(max(x, 0)) gelu(x).
///
/// grafs-wrn(NaN) = NaN, grafs-wrn(+inf) = inf, grafs-wrn(-inf) = -0.
/// Source: the code of arXiv:2408.06820.
enum GRAFSWRN: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    rounded(pair(a.x))
  }

  @inline(__always) static func pair<N: Number>(_ x: N) -> Pair<N> {
    geluPair(x) / logisticDivisor(Pair(max(x, 0), 0))
  }

  /// s (gelu'(x) + (1 - s) gelu(x)) with s = sigmoid(x) for x > 0, up to 100, where 1 - s is nothing; else
  /// gelu'(x) / 2.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = min(a.x, 100)
    let slope = L.geluSlope(x)
    return Gradient(
      x: select(x <= 0, 0.5 * slope, sigmoid(x) * fma(sigmoid(-x), gelu(x), slope)))
  }
}
