import CLanes

/// 8 lanes of `Double`: one register with AVX-512, several on narrower levels.
@frozen public struct F64: Lanes {
  /// The lanes.
  public var v: SIMD8<Double>

  /// Wraps a vector.
  @inline(__always) public init(_ v: SIMD8<Double>) { self.v = v }
  /// The same constant in every lane.
  @inline(__always) public init(_ constant: Double) { v = SIMD8(repeating: Double(constant)) }

  /// The DLPack number of `Double`.
  @inline(__always) public static var dtype: UInt32 { 0x0001_4002 }
  /// 8.
  @inline(__always) public static var width: Int { 8 }

  @inline(__always) public static func load(_ p: UnsafePointer<Double>) -> F64 {
    F64(lanes_f64_load(p))
  }
  @inline(__always) public static func load(_ p: UnsafePointer<Double>, first count: Int) -> F64 {
    F64(lanes_f64_load_first(p, count))
  }
  @inline(__always) public func store(_ p: UnsafeMutablePointer<Double>) { lanes_f64_store(p, v) }
  @inline(__always) public func store(_ p: UnsafeMutablePointer<Double>, first count: Int) {
    lanes_f64_store_first(p, v, count)
  }
  @inline(__always) public static func load(noise p: UnsafePointer<Float>, _ count: Int) -> F64 {
    F64(count == 8 ? lanes_f64_load_noise(p) : lanes_f64_load_noise_first(p, count))
  }
  @inline(__always) public static func splat(_ value: Double) -> F64 {
    F64(SIMD8(repeating: value))
  }
  @inline(__always) public static func mask(first count: Int) -> SIMD8<Int> {
    lanes_f64_first(count)
  }
  @inline(__always) public subscript(lane: Int) -> Double { v[lane] }
  @inline(__always) public static func double(_ scalar: Double) -> Double { Double(scalar) }
  @inline(__always) public var wide: WideF64 { WideF64(v) }

  @inline(__always) public static func + (a: F64, b: F64) -> F64 { F64(a.v + b.v) }
  @inline(__always) public static func - (a: F64, b: F64) -> F64 { F64(a.v - b.v) }
  @inline(__always) public static func * (a: F64, b: F64) -> F64 { F64(a.v * b.v) }
  @inline(__always) public static func / (a: F64, b: F64) -> F64 { F64(a.v / b.v) }
  @inline(__always) public static prefix func - (a: F64) -> F64 { F64(-a.v) }

  @inline(__always) public static func < (a: F64, b: F64) -> SIMD8<Int> { lanes_f64_less(a.v, b.v) }
  @inline(__always) public static func <= (a: F64, b: F64) -> SIMD8<Int> {
    lanes_f64_less_equal(a.v, b.v)
  }
  @inline(__always) public static func == (a: F64, b: F64) -> SIMD8<Int> {
    lanes_f64_equal(a.v, b.v)
  }
  @inline(__always) public static func or(_ a: SIMD8<Int>, _ b: SIMD8<Int>) -> SIMD8<Int> {
    lanes_f64_or(a, b)
  }
  @inline(__always) public static func and(_ a: SIMD8<Int>, _ b: SIMD8<Int>) -> SIMD8<Int> {
    lanes_f64_and(a, b)
  }
  @inline(__always) public static func not(_ a: SIMD8<Int>) -> SIMD8<Int> { lanes_f64_not(a) }
  @inline(__always) public static func select(_ mask: SIMD8<Int>, _ a: F64, _ b: F64) -> F64 {
    F64(lanes_f64_select(mask, a.v, b.v))
  }

  @inline(__always) public static func fma(_ a: F64, _ b: F64, _ c: F64) -> F64 {
    F64(lanes_f64_fma(a.v, b.v, c.v))
  }
  @inline(__always) public static func productError(_ a: F64, _ b: F64, _ product: F64) -> F64 {
    F64(lanes_f64_product_error(a.v, b.v, product.v))
  }
  @inline(__always) public func withSign(of other: F64) -> F64 {
    F64(lanes_f64_copysign(v, other.v))
  }
  @inline(__always) public func scaled(byPowerOfTwo k: F64) -> F64 { F64(lanes_f64_scale(v, k.v)) }
  @inline(__always) public var split: (significand: F64, exponent: F64) {
    (F64(lanes_f64_significand(v)), F64(lanes_f64_exponent(v)))
  }

  /// Correctly rounded. `sqrt(-0)` = -0, `sqrt(x < 0)` = NaN, `sqrt(inf)` = inf.
  @inline(__always) public static func sqrt(_ x: F64) -> F64 { F64(lanes_f64_sqrt(x.v)) }
  /// Exact. `abs(NaN)` = NaN.
  @inline(__always) public static func abs(_ x: F64) -> F64 { F64(lanes_f64_abs(x.v)) }
  /// The larger; `a` at a tie, so `max(-0, 0)` = -0; NaN if either is NaN. With a constant `b` the second
  /// line folds away and one instruction is left: write `max(x, 0)`, not `max(0, x)`.
  @inline(__always) public static func max(_ a: F64, _ b: F64) -> F64 {
    let larger = F64(lanes_f64_max(a.v, b.v))
    return select(b == b, larger, b)
  }
  /// The smaller; `a` at a tie; NaN if either is NaN. As fast as `max` with a constant `b`.
  @inline(__always) public static func min(_ a: F64, _ b: F64) -> F64 {
    let smaller = F64(lanes_f64_min(a.v, b.v))
    return select(b == b, smaller, b)
  }
  /// Any finite x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func sin(_ x: F64) -> F64 { F64(lanes_f64_sin(x.v)) }
  /// Any finite x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func cos(_ x: F64) -> F64 { F64(lanes_f64_cos(x.v)) }
  /// Any x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func sinh(_ x: F64) -> F64 { F64(lanes_f64_sinh(x.v)) }
  /// Any x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func cosh(_ x: F64) -> F64 { F64(lanes_f64_cosh(x.v)) }
  /// Any x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func atan(_ x: F64) -> F64 { F64(lanes_f64_atan(x.v)) }
  /// Any x; 1 ULP. libm, one call per lane: slow.
  @inline(__always) public static func asinh(_ x: F64) -> F64 { F64(lanes_f64_asinh(x.v)) }
  /// Exact; 0 ULP. libm, one call per lane: slow.
  @inline(__always) public static func floor(_ x: F64) -> F64 { F64(lanes_f64_floor(x.v)) }

  @inline(__always) public static var constants: LaneConstants<F64> {
    LaneConstants(
      roundingMagic: 0x1.8p52,
      log2High: 0x1.62e42fefap-1,  // the first 36 bits of log(2): k * log2High is exact for |k| < 2^16
      log2Low: 0x1.cf79abc9e3b3ap-40,  // log(2) - log2High
      expFloor: -1400,  // e^-1400 < 2^-2019: nothing, and k stays within scaled(byPowerOfTwo:)
      expCeiling: 1400,  // infinite
      smallestNormal: 0x1p-1022,
      subnormalScale: (0x1p54, 54),
      erfcxReach: 27.5)  // erfc(27.3) is the smallest subnormal
  }
}

/// 8 sums in double.
@frozen public struct WideF64: WideLanes {
  /// The lanes.
  public var v: SIMD8<Double>
  @inline(__always) init(_ v: SIMD8<Double>) { self.v = v }
  @inline(__always) public static var zero: WideF64 { WideF64(SIMD8(repeating: 0)) }
  @inline(__always) public static func += (a: inout WideF64, b: WideF64) { a.v += b.v }
  @inline(__always) public func add(to p: UnsafeMutablePointer<Double>) { lanes_f64x8_add(p, v) }
  @inline(__always) public var sum: Double { lanes_f64x8_sum(v) }
  @inline(__always) public subscript(lane: Int) -> Double { v[lane] }
}
