import CLanes

/// Lanes of `Float`: one register with AVX-512, two on narrower levels.
struct F32: Lanes {
  /// The lanes.
  var v: f32xN

  /// Wraps a vector.
  @inline(__always) init(_ v: f32xN) { self.v = v }
  /// The same constant in every lane.
  @inline(__always) init(_ constant: Double) { v = f32xN(repeating: Float(constant)) }
  /// What rounding to these lanes lost of the constant.
  @inline(__always) init(lostBy constant: Double) {
    self.init(constant - Double(Float(constant)))
  }

  /// The DLPack number of `Float`.
  @inline(__always) static var dtype: UInt32 { 0x0001_2002 }
  /// 16 from AVX2 on, 8 below.
  @inline(__always) static var width: Int { Int(LANES_F32) }

  /// `width` consecutive elements.
  @inline(__always) static func load(_ p: UnsafePointer<Float>) -> F32 {
    F32(lanes_f32_load(p))
  }
  /// The first `count` elements; the other lanes are zero.
  @inline(__always) static func load(_ p: UnsafePointer<Float>, first count: Int) -> F32 {
    F32(lanes_f32_load_first(p, count))
  }
  /// Stores every lane.
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) { lanes_f32_store(p, v) }
  /// Stores the first `count` lanes.
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, first count: Int) {
    lanes_f32_store_first(p, v, count)
  }
  /// Noise, which is `Float` whatever the lanes are.
  @inline(__always) static func load(noise p: UnsafePointer<Float>, _ count: Int) -> F32 {
    count == width ? load(p) : load(p, first: count)
  }
  /// One value in every lane.
  @inline(__always) static func splat(_ value: Float) -> F32 {
    F32(f32xN(repeating: value))
  }
  /// The mask of the first `count` lanes.
  @inline(__always) static func mask(first count: Int) -> i32xN {
    lanes_f32_first(count)
  }
  /// One lane.
  @inline(__always) subscript(lane: Int) -> Float { v[lane] }
  /// A lane in double, exact.
  @inline(__always) static func double(_ scalar: Float) -> Double { Double(scalar) }
  /// The lanes in double, exact.
  @inline(__always) var wide: WideF32 { WideF32(lanes_widen(v)) }

  /// The sum, lane by lane.
  @inline(__always) static func + (a: F32, b: F32) -> F32 { F32(a.v + b.v) }
  /// The difference, lane by lane.
  @inline(__always) static func - (a: F32, b: F32) -> F32 { F32(a.v - b.v) }
  /// The product, lane by lane.
  @inline(__always) static func * (a: F32, b: F32) -> F32 { F32(a.v * b.v) }
  /// The quotient, lane by lane.
  @inline(__always) static func / (a: F32, b: F32) -> F32 { F32(a.v / b.v) }
  /// The negated lanes.
  @inline(__always) static prefix func - (a: F32) -> F32 { F32(lanes_f32_negate(a.v)) }

  /// Less; false where either is NaN.
  @inline(__always) static func < (a: F32, b: F32) -> i32xN {
    lanes_f32_less(a.v, b.v)
  }
  /// Less or equal; false where either is NaN.
  @inline(__always) static func <= (a: F32, b: F32) -> i32xN {
    lanes_f32_less_equal(a.v, b.v)
  }
  /// Equal; false where either is NaN.
  @inline(__always) static func == (a: F32, b: F32) -> i32xN {
    lanes_f32_equal(a.v, b.v)
  }
  /// Logical or of two comparisons.
  @inline(__always) static func or(_ a: i32xN, _ b: i32xN) -> i32xN {
    lanes_f32_or(a, b)
  }
  /// Logical and of two comparisons.
  @inline(__always) static func and(_ a: i32xN, _ b: i32xN) -> i32xN {
    lanes_f32_and(a, b)
  }
  /// Logical not of a comparison.
  @inline(__always) static func not(_ a: i32xN) -> i32xN { lanes_f32_not(a) }
  /// `a` where the mask is true, else `b`.
  @inline(__always) static func select(_ mask: i32xN, _ a: F32, _ b: F32) -> F32 {
    F32(lanes_f32_select(mask, a.v, b.v))
  }

  /// `a * b + c`, rounded once where the CPU level has FMA.
  @inline(__always) static func fma(_ a: F32, _ b: F32, _ c: F32) -> F32 {
    F32(lanes_f32_fma(a.v, b.v, c.v))
  }
  /// What `product`, `a * b` rounded, lost.
  @inline(__always) static func productError(_ a: F32, _ b: F32, _ product: F32) -> F32 {
    F32(lanes_f32_product_error(a.v, b.v, product.v))
  }
  /// `a * b - c` with the product unrounded.
  @inline(__always) static func product(_ a: F32, _ b: F32, minus c: F32) -> F32 {
    F32(lanes_f32_product_minus(a.v, b.v, c.v))
  }
  /// `a * b + c` rounded once, for a `c` of a few ULP of the product.
  @inline(__always) static func product(_ a: F32, _ b: F32, plusLow c: F32) -> F32 {
    F32(lanes_f32_product_plus(a.v, b.v, c.v))
  }
  /// `1 / d` to half the precision or better.
  @inline(__always) static func inverseEstimate(_ d: F32) -> F32 {
    F32(lanes_f32_inverse_estimate(d.v))
  }
  /// `n / (d.hi + d.lo)`, d > 0: rounded once with FMA, twice without.
  @inline(__always) static func quotient(_ n: F32, _ d: Pair<F32>) -> F32 {
    F32(lanes_f32_quotient(n.v, d.hi.v, d.lo.v))
  }
  /// `1 / d` within 1 ULP.
  @inline(__always) static func inverse(_ d: F32) -> F32 { F32(lanes_f32_inverse(d.v)) }
  /// One instruction with AVX-512: the smaller magnitude, with the sign of `self`.
  @inline(__always) func within(_ limit: F32) -> F32 { F32(lanes_f32_within(v, limit.v)) }
  /// Exact; the sign of a NaN counts as well.
  @inline(__always) func withSign(of other: F32) -> F32 {
    F32(lanes_f32_copysign(v, other.v))
  }
  /// `self * 2^k`, rounded once.
  @inline(__always) func scaled(byPowerOfTwo k: F32) -> F32 { F32(lanes_f32_scale(v, k.v)) }
  /// `self` as m * 2^k with m in [sqrt(1/2), sqrt(2)); normal and positive `self` only.
  @inline(__always) var split: (significand: F32, exponent: F32) {
    (F32(lanes_f32_significand(v)), F32(lanes_f32_exponent(v)))
  }

  /// By tables of polynomials with AVX-512, without a division.
  @inline(__always) static func scaledNormalTail(_ a: F32) -> Pair<F32> {
    guard lanes_has_tables() != 0 else { return normalTailByDivision(a) }
    func row(_ index: Int32) -> F32 { F32(lanes_f32_normal_row(a.v, index)) }
    let (t, middle) = (a - row(0), row(1))
    let slope = fma(t, fma(t, fma(t, fma(t, row(6), row(5)), row(4)), row(3)), row(2))
    let y = fma(t, slope, middle)
    return Pair(y, fma(t, slope, middle - y))
  }

  /// The hyperbolic tangent: by tables of polynomials with AVX-512, which takes half the time.
  @inline(__always) static func tanh(_ x: F32) -> F32 {
    lanes_has_tables() != 0 ? F32(lanes_f32_tanh(x.v)) : tanhByExponential(x)
  }

  /// The square root, correctly rounded.
  ///
  /// `sqrt(-0)` = -0, `sqrt(x < 0)` = NaN, `sqrt(inf)` = inf.
  @inline(__always) static func sqrt(_ x: F32) -> F32 { F32(lanes_f32_sqrt(x.v)) }
  /// The magnitude, exact; `abs(NaN)` = NaN.
  @inline(__always) static func abs(_ x: F32) -> F32 { F32(lanes_f32_abs(x.v)) }
  /// The largest integer not above x, exact; `floor(-0)` = -0, `floor(±inf)` = ±inf.
  @inline(__always) static func floor(_ x: F32) -> F32 { F32(lanes_f32_floor(x.v)) }
  /// `p[index * step + lane * along]` of `entries` for the first `count` lanes.
  @inline(__always) static func lookUp(
    _ p: UnsafePointer<Float>, _ index: F32, step: Int, along: Int, entries: Int, first count: Int
  ) -> F32 {
    F32(lanes_f32_look_up(p, index.v, step, along, entries, count))
  }
  /// Adds to `p[index * step + lane * along]` for the first `count` lanes, in order, in double.
  @inline(__always) func scatterAdd(
    _ p: UnsafeMutablePointer<Double>, _ index: F32, step: Int, along: Int, first count: Int
  ) {
    lanes_f32_scatter_add(p, index.v, v, step, along, count)
  }
  /// The larger; NaN if either is NaN.
  ///
  /// `a` at a tie, so `max(-0, 0)` = -0. With a constant `b` the second
  /// line folds away and one instruction is left: write `max(x, 0)`, not `max(0, x)`.
  @inline(__always) static func max(_ a: F32, _ b: F32) -> F32 {
    let larger = F32(lanes_f32_max(a.v, b.v))
    return select(b == b, larger, b)
  }
  /// The smaller; NaN if either is NaN.
  ///
  /// `a` at a tie. As fast as `max` with a constant `b`.
  @inline(__always) static func min(_ a: F32, _ b: F32) -> F32 {
    let smaller = F32(lanes_f32_min(a.v, b.v))
    return select(b == b, smaller, b)
  }
  /// True if any lane's mask is set.
  @inline(__always) static func any(_ mask: i32xN) -> Bool {
    lanes_f32_any(mask) != 0
  }
  /// The mask of the lanes whose integer, which `roundingMagic` was added to, has this bit.
  @inline(__always) static func bit(_ index: Int32, of k: F32) -> i32xN {
    lanes_f32_bit(k.v, index)
  }
  /// The sine, or cosine, by libm in the lanes of the mask; the others are left as they are.
  @inline(__always) func far(_ x: F32, _ mask: i32xN, isCosine: Bool) -> F32 {
    F32(lanes_f32_far(x.v, v, mask, isCosine ? 1 : 0))
  }

  /// What 31 bits take.
  @inline(__always) static var squarings: Int { 1 }
  /// The constants of this precision.
  @inline(__always) static var constants: LaneConstants<F32> {
    LaneConstants(
      roundingMagic: 0x1.8p23,
      log2High: 0x1.62e4p-1,  // the first 15 bits of log(2): k * log2High is exact for |k| < 512
      log2Low: 0x1.7f7d1cf79abcap-20,  // log(2) - log2High
      expFloor: -173,  // e^-173 < 2^-249: nothing, and k stays within scaled(byPowerOfTwo:)
      gateFloor: -204,  // e^-204 < 2^-294
      gaussianReach: 18.5,  // e^(-18.5^2 / 2) < 2^-246: nothing, even times the largest number
      expCeiling: 130,  // e^130 > 2^187: infinite even times 2^-59
      expOverflow: 89,
      smallestNormal: 0x1p-126,
      subnormalScale: (0x1p24, 24),
      erfcxReach: 10.5,  // erfc(10.06) is the smallest subnormal
      erfcxScale: Pair(constant: 0x1.207fe39ad63a7p-1, 0x1.9775009bb0178p-60),
      erfcxMiddle: (t: 0x1.92p-2, value: 0x1.f9d204p-2),
      normalTailScale: 0x1.98p-2,
      normalReach: 14.8,  // Phi(-14.8) is below half the smallest subnormal
      gateReach: 20,  // Phi(-20) < 2^-290
      normalCeiling: 9,  // 1 - Phi(9) < 2^-62
      sigmoidCeiling: 18,  // e^-18 < 2^-25
      halfPi: (0x1.921fb6p+0, -0x1.777a5cp-25, -0x1.ee59dap-50),
      quarterPi: Pair(constant: 0x1.921fb54442d18p-1, 0),
      sineReach: 1e5,  // 2^16 pi/2: the first product with halfPi is exact up to here
      atanReach: 0x1p100,
      hyperbolicReach: 89.5,  // sinh(89.42) overflows
      asinhReach: 0x1p30)
  }
}

/// The lanes of an `F32` in double.
struct WideF32: WideLanes {
  /// The lanes.
  var v: f64xW
  @inline(__always) init(_ v: f64xW) { self.v = v }
  /// All lanes zero.
  @inline(__always) static var zero: WideF32 { WideF32(f64xW(repeating: 0)) }
  /// Adds lane by lane.
  @inline(__always) static func += (a: inout WideF32, b: WideF32) { a.v += b.v }
  /// `p[i] += self[i]` for every lane.
  @inline(__always) func add(to p: UnsafeMutablePointer<Double>) { lanes_f64xW_add(p, v) }
  /// `p[i] += self[i]` for the first `count` lanes; touches nothing beyond them.
  @inline(__always) func add(to p: UnsafeMutablePointer<Double>, first count: Int) {
    lanes_f64xW_add_first(p, v, count)
  }
  /// The sum of all lanes, pairwise, in a fixed order.
  @inline(__always) var sum: Double { lanes_f64xW_sum(v) }
}
