import CLanes

/// Lanes of `Double`: one register with AVX-512, two on narrower levels.
struct F64: Lanes {
  /// The lanes.
  var v: f64xN

  /// Wraps a vector.
  @inline(__always) init(_ v: f64xN) { self.v = v }
  /// The same constant in every lane.
  @inline(__always) init(_ constant: Double) { v = f64xN(repeating: constant) }
  /// What rounding to these lanes lost of the constant.
  @inline(__always) init(lostBy constant: Double) {
    self.init(constant - Double(Double(constant)))
  }

  /// The DLPack number of `Double`.
  @inline(__always) static var dtype: UInt32 { 0x0001_4002 }
  /// 8 from AVX2 on, 4 below.
  @inline(__always) static var width: Int { F32.width / 2 }

  /// `width` consecutive elements.
  @inline(__always) static func load(_ p: UnsafePointer<Double>) -> F64 {
    F64(lanes_f64_load(p))
  }
  /// The first `count` elements; the other lanes are zero.
  @inline(__always) static func load(_ p: UnsafePointer<Double>, first count: Int) -> F64 {
    F64(lanes_f64_load_first(p, count))
  }
  /// Stores every lane.
  @inline(__always) func store(_ p: UnsafeMutablePointer<Double>) { lanes_f64_store(p, v) }
  /// Stores the first `count` lanes.
  @inline(__always) func store(_ p: UnsafeMutablePointer<Double>, first count: Int) {
    lanes_f64_store_first(p, v, count)
  }
  /// Noise, which is `Float` whatever the lanes are.
  @inline(__always) static func load(noise p: UnsafePointer<Float>, _ count: Int) -> F64 {
    F64(count == width ? lanes_f64_load_noise(p) : lanes_f64_load_noise_first(p, count))
  }
  /// One value in every lane.
  @inline(__always) static func splat(_ value: Double) -> F64 {
    F64(f64xN(repeating: value))
  }
  /// The mask of the first `count` lanes.
  @inline(__always) static func mask(first count: Int) -> i64xN {
    lanes_f64_first(count)
  }
  /// One lane.
  @inline(__always) subscript(lane: Int) -> Double { v[lane] }
  /// A lane in double, exact.
  @inline(__always) static func double(_ scalar: Double) -> Double { Double(scalar) }
  /// The lanes in double, exact.
  @inline(__always) var wide: WideF64 { WideF64(v) }

  /// The sum, lane by lane.
  @inline(__always) static func + (a: F64, b: F64) -> F64 { F64(a.v + b.v) }
  /// The difference, lane by lane.
  @inline(__always) static func - (a: F64, b: F64) -> F64 { F64(a.v - b.v) }
  /// The product, lane by lane.
  @inline(__always) static func * (a: F64, b: F64) -> F64 { F64(a.v * b.v) }
  /// The quotient, lane by lane.
  @inline(__always) static func / (a: F64, b: F64) -> F64 { F64(a.v / b.v) }
  /// The negated lanes.
  @inline(__always) static prefix func - (a: F64) -> F64 { F64(lanes_f64_negate(a.v)) }

  /// Less; false where either is NaN.
  @inline(__always) static func < (a: F64, b: F64) -> i64xN { lanes_f64_less(a.v, b.v) }
  /// Less or equal; false where either is NaN.
  @inline(__always) static func <= (a: F64, b: F64) -> i64xN {
    lanes_f64_less_equal(a.v, b.v)
  }
  /// Equal; false where either is NaN.
  @inline(__always) static func == (a: F64, b: F64) -> i64xN {
    lanes_f64_equal(a.v, b.v)
  }
  /// Logical or of two comparisons.
  @inline(__always) static func or(_ a: i64xN, _ b: i64xN) -> i64xN {
    lanes_f64_or(a, b)
  }
  /// Logical and of two comparisons.
  @inline(__always) static func and(_ a: i64xN, _ b: i64xN) -> i64xN {
    lanes_f64_and(a, b)
  }
  /// Logical not of a comparison.
  @inline(__always) static func not(_ a: i64xN) -> i64xN { lanes_f64_not(a) }
  /// `a` where the mask is true, else `b`.
  @inline(__always) static func select(_ mask: i64xN, _ a: F64, _ b: F64) -> F64 {
    F64(lanes_f64_select(mask, a.v, b.v))
  }

  /// `a * b + c`, rounded once where the CPU level has FMA.
  @inline(__always) static func fma(_ a: F64, _ b: F64, _ c: F64) -> F64 {
    F64(lanes_f64_fma(a.v, b.v, c.v))
  }
  /// What `product`, `a * b` rounded, lost.
  @inline(__always) static func productError(_ a: F64, _ b: F64, _ product: F64) -> F64 {
    F64(lanes_f64_product_error(a.v, b.v, product.v))
  }
  /// `a * b - c` with the product unrounded.
  @inline(__always) static func product(_ a: F64, _ b: F64, minus c: F64) -> F64 {
    F64(lanes_f64_product_minus(a.v, b.v, c.v))
  }
  /// `a * b + c` rounded once, for a `c` of a few ULP of the product.
  @inline(__always) static func product(_ a: F64, _ b: F64, plusLow c: F64) -> F64 {
    F64(lanes_f64_product_plus(a.v, b.v, c.v))
  }
  /// As the complementary error function.
  @inline(__always) static func scaledNormalTail(_ a: F64) -> Pair<F64> { normalTailByDivision(a) }
  /// `1 / d` to half the precision or better.
  @inline(__always) static func inverseEstimate(_ d: F64) -> F64 {
    F64(lanes_f64_inverse_estimate(d.v))
  }
  /// `n / (d.hi + d.lo)`, d > 0: rounded once with FMA, twice without.
  @inline(__always) static func quotient(_ n: F64, _ d: Pair<F64>) -> F64 {
    F64(lanes_f64_quotient(n.v, d.hi.v, d.lo.v))
  }
  /// `1 / d` within 1 ULP.
  @inline(__always) static func inverse(_ d: F64) -> F64 { F64(lanes_f64_inverse(d.v)) }
  /// One instruction with AVX-512: the smaller magnitude, with the sign of `self`.
  @inline(__always) func within(_ limit: F64) -> F64 { F64(lanes_f64_within(v, limit.v)) }
  /// Exact; the sign of a NaN counts as well.
  @inline(__always) func withSign(of other: F64) -> F64 {
    F64(lanes_f64_copysign(v, other.v))
  }
  /// `self * 2^k`, rounded once.
  @inline(__always) func scaled(byPowerOfTwo k: F64) -> F64 { F64(lanes_f64_scale(v, k.v)) }
  /// `self` as m * 2^k with m in [sqrt(1/2), sqrt(2)); normal and positive `self` only.
  @inline(__always) var split: (significand: F64, exponent: F64) {
    (F64(lanes_f64_significand(v)), F64(lanes_f64_exponent(v)))
  }

  /// The square root, correctly rounded.
  ///
  /// `sqrt(-0)` = -0, `sqrt(x < 0)` = NaN, `sqrt(inf)` = inf.
  @inline(__always) static func sqrt(_ x: F64) -> F64 { F64(lanes_f64_sqrt(x.v)) }
  /// The magnitude, exact; `abs(NaN)` = NaN.
  @inline(__always) static func abs(_ x: F64) -> F64 { F64(lanes_f64_abs(x.v)) }
  /// The largest integer not above x, exact; `floor(-0)` = -0, `floor(±inf)` = ±inf.
  @inline(__always) static func floor(_ x: F64) -> F64 { F64(lanes_f64_floor(x.v)) }
  /// `p[index * step + lane * along]` of `entries` for the first `count` lanes.
  @inline(__always) static func lookUp(
    _ p: UnsafePointer<Double>, _ index: F64, step: Int, along: Int, entries: Int, first count: Int
  ) -> F64 {
    F64(lanes_f64_look_up(p, index.v, step, along, entries, count))
  }
  /// Adds to `p[index * step + lane * along]` for the first `count` lanes, in order, in double.
  @inline(__always) func scatterAdd(
    _ p: UnsafeMutablePointer<Double>, _ index: F64, step: Int, along: Int, first count: Int
  ) {
    lanes_f64_scatter_add(p, index.v, v, step, along, count)
  }
  /// The larger; NaN if either is NaN.
  ///
  /// `a` at a tie, so `max(-0, 0)` = -0. With a constant `b` the second
  /// line folds away and one instruction is left: write `max(x, 0)`, not `max(0, x)`.
  @inline(__always) static func max(_ a: F64, _ b: F64) -> F64 {
    let larger = F64(lanes_f64_max(a.v, b.v))
    return select(b == b, larger, b)
  }
  /// The smaller; NaN if either is NaN.
  ///
  /// `a` at a tie. As fast as `max` with a constant `b`.
  @inline(__always) static func min(_ a: F64, _ b: F64) -> F64 {
    let smaller = F64(lanes_f64_min(a.v, b.v))
    return select(b == b, smaller, b)
  }
  /// True if any lane's mask is set.
  @inline(__always) static func any(_ mask: i64xN) -> Bool { lanes_f64_any(mask) != 0 }
  /// The mask of the lanes whose integer, which `roundingMagic` was added to, has this bit.
  @inline(__always) static func bit(_ index: Int32, of k: F64) -> i64xN {
    lanes_f64_bit(k.v, index)
  }
  /// The sine, or cosine, by libm in the lanes of the mask; the others are left as they are.
  @inline(__always) func far(_ x: F64, _ mask: i64xN, isCosine: Bool) -> F64 {
    F64(lanes_f64_far(x.v, v, mask, isCosine ? 1 : 0))
  }

  /// What 63 bits take.
  @inline(__always) static var squarings: Int { 4 }
  /// The constants of this precision.
  @inline(__always) static var constants: LaneConstants<F64> {
    LaneConstants(
      roundingMagic: 0x1.8p52,
      log2High: 0x1.62e42fefap-1,  // the first 36 bits of log(2): exact times |k| < 2^16
      log2Low: 0x1.cf79abc9e3b3ap-40,  // log(2) - log2High
      expFloor: -1400,  // e^-1400 < 2^-2019: nothing, and k stays within scaled(byPowerOfTwo:)
      gateFloor: -1463,  // e^-1463 < 2^-2110
      gaussianReach: 52,  // e^(-52^2 / 2) < 2^-1950: nothing, even times the largest number
      expCeiling: 1400,  // infinite
      expOverflow: 710,
      smallestNormal: 0x1p-1022,
      subnormalScale: (0x1p54, 54),
      erfcxReach: 27.5,  // erfc(27.3) is the smallest subnormal
      erfcxScale: Pair(constant: 0x1.974b2334f2346p-2, 0x1.14e4ad3ae9e3fp-57),
      erfcxMiddle: (t: 0x1.b4p-2, value: 0x1.80a98a6f58e63p-2),
      normalTailScale: 0x1.2p-2,
      normalReach: 38.8,  // Phi(-38.8) is below half the smallest subnormal
      gateReach: 54.2,  // Phi(-54.2) < 2^-2119
      normalCeiling: 15,  // 1 - Phi(15) < 2^-167
      sigmoidCeiling: 40,  // e^-40 < 2^-54
      halfPi: (0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed9p-110),
      quarterPi: Pair(constant: 0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55),
      sineReach: 1e6,
      atanReach: 0x1p800,
      hyperbolicReach: 710.5,  // sinh(710.48) overflows
      asinhReach: 0x1p60)
  }
}

/// Sums of `F64` lanes.
struct WideF64: WideLanes {
  /// The lanes.
  var v: f64xN
  @inline(__always) init(_ v: f64xN) { self.v = v }
  /// All lanes zero.
  @inline(__always) static var zero: WideF64 { WideF64(f64xN(repeating: 0)) }
  /// Adds lane by lane.
  @inline(__always) static func += (a: inout WideF64, b: WideF64) { a.v += b.v }
  /// `p[i] += self[i]` for every lane.
  @inline(__always) func add(to p: UnsafeMutablePointer<Double>) { lanes_f64xN_add(p, v) }
  /// `p[i] += self[i]` for the first `count` lanes; touches nothing beyond them.
  @inline(__always) func add(to p: UnsafeMutablePointer<Double>, first count: Int) {
    lanes_f64xN_add_first(p, v, count)
  }
  /// The sum of all lanes, pairwise, in a fixed order.
  @inline(__always) var sum: Double { lanes_f64xN_sum(v) }
}
