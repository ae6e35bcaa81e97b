// Sine, cosine and arctangent on lanes.

extension Lanes {
  /// x = n pi/2 + r with |r| <= pi/4 or a little more: r as a pair, and n with `roundingMagic` added.
  ///
  /// pi/2 in three parts (Cody and Waite): the first product and difference are exact, the second keep what
  /// they lose, so that r is right to the last bits even where x is almost a multiple of pi/2.
  @inline(__always) static func quarterTurns(_ x: Self) -> (r: Pair<Self>, n: Self) {
    let c = constants
    let n = fma(x, 0x1.45f306dc9c883p-1, c.roundingMagic)
    let k = n - c.roundingMagic
    let first = -product(k, c.halfPi.0, minus: x)
    let p = k * c.halfPi.1
    let r = first - p
    let fromP = first - r
    let lost = (first - (r + fromP)) + (fromP - p)
    let low = fma(k, -c.halfPi.2, lost - productError(k, c.halfPi.1, p))
    return (Pair(r, low), n)
  }

  /// The sine of r, |r| <= pi/4.
  @inline(__always) static func nearSine(_ r: Pair<Self>) -> Pair<Self> {
    let r2 = r.hi * r.hi
    return Pair(r.hi, fma(r.hi * r2, sinTail(r2), r.lo))
  }

  /// The cosine of r, |r| <= pi/4.
  @inline(__always) static func nearCosine(_ r: Pair<Self>) -> Pair<Self> {
    let r2 = r.hi * r.hi
    let half = 0.5 * r2
    let one = 1 - half
    // What the square and the difference lose matters: 1 - r^2 / 2 is down to 0.7.
    let lost = ((1 - one) - half) - fma(r.hi, r.lo, 0.5 * productError(r.hi, r.hi, r2))
    return Pair(one, fma(r2 * r2, cosTail(r2), lost))
  }

  /// The sine of x radians.
  ///
  /// - Error: 1 ULP f32, 1 ULP f64. Beyond 1e5 (f32) or 1e6 (f64) by one libm call for each such lane: right
  ///   and slow.
  /// - sin(-0) = -0, sin(±inf) = NaN, sin(NaN) = NaN.
  @inline(__always) static func sin(_ x: Self) -> Self {
    let (r, n) = quarterTurns(x)
    let (sine, cosine) = (nearSine(r), nearCosine(r))
    let wave = select(bit(0, of: n), cosine.hi + cosine.lo, sine.hi + sine.lo)
    let near = select(x == 0, x, select(bit(1, of: n), -wave, wave))
    let isFar = abs(x) > constants.sineReach
    return any(isFar) ? near.far(x, isFar, isCosine: false) : near
  }

  /// The sine of hi + lo radians as a pair.
  ///
  /// - Valid range: any finite `hi`, `lo` up to a few ulp of it. Beyond the reach of the reduction, by libm, the
  ///   pair has the precision of one number.
  /// - Error: 0.3 ULP of the result, f32 and f64.
  @inline(__always) static func sin(_ hi: Self, _ lo: Self) -> Pair<Self> {
    let (angle, n) = quarterTurns(hi)
    let r = Pair(angle.hi, angle.lo + lo)
    let isOdd = bit(0, of: n)
    let (sine, cosine) = (nearSine(r), nearCosine(r))
    let first = select(isOdd, cosine.hi, sine.hi)
    let second = select(isOdd, cosine.lo, sine.lo)
    let sum = first + second
    let lost = (first - sum) + second
    let isNegative = bit(1, of: n)
    let wave = Pair(select(isNegative, -sum, sum), select(isNegative, -lost, lost))
    let isFar = abs(hi) > constants.sineReach
    if !any(isFar) { return wave }
    let far = wave.hi.far(hi, isFar, isCosine: false)
    let slope = wave.hi.far(hi, isFar, isCosine: true)
    return Pair(far, select(isFar, lo * slope, wave.lo))
  }

  /// The cosine of x radians.
  ///
  /// - Error: 1 ULP f32, 1 ULP f64. Beyond 1e5 (f32) or 1e6 (f64) by one libm call for each such lane: right
  ///   and slow.
  /// - cos(±inf) = NaN, cos(NaN) = NaN.
  @inline(__always) static func cos(_ x: Self) -> Self {
    let (r, n) = quarterTurns(x)
    let isOdd = bit(0, of: n)
    let (sine, cosine) = (nearSine(r), nearCosine(r))
    let wave = select(isOdd, -(sine.hi + sine.lo), cosine.hi + cosine.lo)
    let near = select(bit(1, of: n), -wave, wave)
    let isFar = abs(x) > constants.sineReach
    return any(isFar) ? near.far(x, isFar, isCosine: true) : near
  }

  /// The arctangent, in radians.
  ///
  /// - Error: 1.2 ULP f32, 1.2 ULP f64.
  /// - atan(±inf) = ±pi/2, atan(-0) = -0, atan(NaN) = NaN.
  @inline(__always) static func atan(_ x: Self) -> Self {
    // atan a = atan z + offset with z = a, (a - 1) / (a + 1) or -1 / a, whichever is within tan(pi/8).
    let c = constants
    let a = abs(x)
    let isMiddle = a > 0.4142135623730950488
    let isFar = a > 2.414213562373095
    let n = select(isFar, -1, a - 1)
    let d = select(isFar, min(a, c.atanReach), a + 1)
    let quotient = n / d
    // What the quotient, and the sums in it, lost: only at a middling a does it matter.
    let sumsLost = select(isFar, 0, ((a - (n + 1)) - quotient * ((a - d) + 1)))
    let lost = (sumsLost - product(quotient, d, minus: n)) / d
    let z = select(isMiddle, quotient, a)
    let zLost = select(isMiddle, lost, 0)
    let z2 = z * z
    let tail = fma(z * z2, atanTail(z2), zLost)
    let offset = select(isFar, 2 * c.quarterPi.hi, c.quarterPi.hi)
    let offsetLost = select(isFar, 2 * c.quarterPi.lo, c.quarterPi.lo)
    let sum = offset + z
    let far = sum + (((offset - sum) + z) + (tail + offsetLost))
    return select(isMiddle, far, z + tail).withSign(of: x)
  }
}
