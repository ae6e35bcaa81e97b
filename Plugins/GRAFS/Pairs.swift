// What functions of functions are made of, as pairs: every inner result that is rounded costs the outer one a
// ULP or more.

/// The sum of a pair; infinity where that is its first part, whatever was lost of it.
@inline(__always) func rounded<N: Number>(_ y: Pair<N>) -> N {
  select(abs(y.hi) == N(.infinity), y.hi, y.hi + y.lo)
}

/// 1 + e^-u, for u not below -80.
@inline(__always) func logisticDivisor<N: Number>(_ u: Pair<N>) -> Pair<N> {
  let (k, e) = exponential(-u.hi)
  let t = Pair(
    e.hi.scaled(byPowerOfTwo: k), fma(-e.hi, u.lo, e.lo).scaled(byPowerOfTwo: k))
  return Pair(1, 0) + t
}

/// silu of a pair that is not below -80.
@inline(__always) func siluPair<N: Number>(_ u: Pair<N>) -> Pair<N> { u / logisticDivisor(u) }

/// gelu of a pair that is not far below 0, where the slope of gelu is near its quotient with u.
@inline(__always) func geluPair<N: Number>(_ u: Pair<N>) -> Pair<N> {
  let y = geluPair(u.hi)
  return Pair(y.hi, fma(select(u.hi > 0.5, 1, 0.5), u.lo, y.lo))
}
