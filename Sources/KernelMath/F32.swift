import CLanes

/// 16 lanes of `Float`: one register with AVX-512, several on narrower levels.
@frozen public struct F32: Lanes {
  /// The lanes.
  public var v: SIMD16<Float>

  /// Wraps a vector.
  @inline(__always) public init(_ v: SIMD16<Float>) { self.v = v }
  /// The same constant in every lane.
  @inline(__always) public init(_ constant: Double) { v = SIMD16(repeating: Float(constant)) }

  /// The DLPack number of `Float`.
  @inline(__always) public static var dtype: UInt32 { 0x0001_2002 }
  /// 16.
  @inline(__always) public static var width: Int { 16 }

  @inline(__always) public static func load(_ p: UnsafePointer<Float>) -> F32 {
    F32(lanes_f32_load(p))
  }
  @inline(__always) public static func load(_ p: UnsafePointer<Float>, first count: Int) -> F32 {
    F32(lanes_f32_load_first(p, count))
  }
  @inline(__always) public func store(_ p: UnsafeMutablePointer<Float>) { lanes_f32_store(p, v) }
  @inline(__always) public func store(_ p: UnsafeMutablePointer<Float>, first count: Int) {
    lanes_f32_store_first(p, v, count)
  }
  @inline(__always) public static func load(noise p: UnsafePointer<Float>, _ count: Int) -> F32 {
    count == 16 ? load(p) : load(p, first: count)
  }
  @inline(__always) public static func splat(_ value: Float) -> F32 {
    F32(SIMD16(repeating: value))
  }
  @inline(__always) public static func mask(first count: Int) -> SIMD16<Int32> {
    lanes_f32_first(count)
  }
  @inline(__always) public subscript(lane: Int) -> Float { v[lane] }
  @inline(__always) public static func double(_ scalar: Float) -> Double { Double(scalar) }
  @inline(__always) public var wide: WideF32 { WideF32(lanes_widen(v)) }

  @inline(__always) public static func + (a: F32, b: F32) -> F32 { F32(a.v + b.v) }
  @inline(__always) public static func - (a: F32, b: F32) -> F32 { F32(a.v - b.v) }
  @inline(__always) public static func * (a: F32, b: F32) -> F32 { F32(a.v * b.v) }
  @inline(__always) public static func / (a: F32, b: F32) -> F32 { F32(a.v / b.v) }
  @inline(__always) public static prefix func - (a: F32) -> F32 { F32(-a.v) }

  @inline(__always) public static func < (a: F32, b: F32) -> SIMD16<Int32> {
    lanes_f32_less(a.v, b.v)
  }
  @inline(__always) public static func <= (a: F32, b: F32) -> SIMD16<Int32> {
    lanes_f32_less_equal(a.v, b.v)
  }
  @inline(__always) public static func == (a: F32, b: F32) -> SIMD16<Int32> {
    lanes_f32_equal(a.v, b.v)
  }
  @inline(__always) public static func or(_ a: SIMD16<Int32>, _ b: SIMD16<Int32>) -> SIMD16<Int32> {
    lanes_f32_or(a, b)
  }
  @inline(__always) public static func and(_ a: SIMD16<Int32>, _ b: SIMD16<Int32>) -> SIMD16<Int32>
  {
    lanes_f32_and(a, b)
  }
  @inline(__always) public static func not(_ a: SIMD16<Int32>) -> SIMD16<Int32> { lanes_f32_not(a) }
  @inline(__always) public static func select(_ mask: SIMD16<Int32>, _ a: F32, _ b: F32) -> F32 {
    F32(lanes_f32_select(mask, a.v, b.v))
  }

  @inline(__always) public static func fma(_ a: F32, _ b: F32, _ c: F32) -> F32 {
    F32(lanes_f32_fma(a.v, b.v, c.v))
  }
  @inline(__always) public static func productError(_ a: F32, _ b: F32, _ product: F32) -> F32 {
    F32(lanes_f32_product_error(a.v, b.v, product.v))
  }
  @inline(__always) public func withSign(of other: F32) -> F32 {
    F32(lanes_f32_copysign(v, other.v))
  }
  @inline(__always) public func scaled(byPowerOfTwo k: F32) -> F32 { F32(lanes_f32_scale(v, k.v)) }
  @inline(__always) public var split: (significand: F32, exponent: F32) {
    (F32(lanes_f32_significand(v)), F32(lanes_f32_exponent(v)))
  }

  /// Correctly rounded. `sqrt(-0)` = -0, `sqrt(x < 0)` = NaN, `sqrt(inf)` = inf.
  @inline(__always) public static func sqrt(_ x: F32) -> F32 { F32(lanes_f32_sqrt(x.v)) }
  /// Exact. `abs(NaN)` = NaN.
  @inline(__always) public static func abs(_ x: F32) -> F32 { F32(lanes_f32_abs(x.v)) }
  /// The larger; `a` at a tie, so `max(-0, 0)` = -0; NaN if either is NaN. With a constant `b` the second
  /// line folds away and one instruction is left: write `max(x, 0)`, not `max(0, x)`.
  @inline(__always) public static func max(_ a: F32, _ b: F32) -> F32 {
    let larger = F32(lanes_f32_max(a.v, b.v))
    return select(b == b, larger, b)
  }
  /// The smaller; `a` at a tie; NaN if either is NaN. As fast as `max` with a constant `b`.
  @inline(__always) public static func min(_ a: F32, _ b: F32) -> F32 {
    let smaller = F32(lanes_f32_min(a.v, b.v))
    return select(b == b, smaller, b)
  }
  /// Any finite x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func sin(_ x: F32) -> F32 { F32(lanes_f32_sin(x.v)) }
  /// Any finite x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func cos(_ x: F32) -> F32 { F32(lanes_f32_cos(x.v)) }
  /// Any x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func sinh(_ x: F32) -> F32 { F32(lanes_f32_sinh(x.v)) }
  /// Any x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func cosh(_ x: F32) -> F32 { F32(lanes_f32_cosh(x.v)) }
  /// Any x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func atan(_ x: F32) -> F32 { F32(lanes_f32_atan(x.v)) }
  /// Any x; 0.51 ULP. libm, one call per lane: slow.
  @inline(__always) public static func asinh(_ x: F32) -> F32 { F32(lanes_f32_asinh(x.v)) }
  /// Exact; 0 ULP. libm, one call per lane: slow.
  @inline(__always) public static func floor(_ x: F32) -> F32 { F32(lanes_f32_floor(x.v)) }

  @inline(__always) public static var constants: LaneConstants<F32> {
    LaneConstants(
      roundingMagic: 0x1.8p23,
      log2High: 0x1.62e4p-1,  // the first 15 bits of log(2): k * log2High is exact for |k| < 512
      log2Low: 0x1.7f7d1cf79abcap-20,  // log(2) - log2High
      expFloor: -173,  // e^-173 < 2^-249: nothing, and k stays within scaled(byPowerOfTwo:)
      expCeiling: 130,  // e^130 > 2^187: infinite even times 2^-59
      smallestNormal: 0x1p-126,
      subnormalScale: (0x1p24, 24),
      erfcxReach: 10.5)  // erfc(10.06) is the smallest subnormal
  }
}

/// 16 sums in double.
@frozen public struct WideF32: WideLanes {
  /// The lanes.
  public var v: SIMD16<Double>
  @inline(__always) init(_ v: SIMD16<Double>) { self.v = v }
  @inline(__always) public static var zero: WideF32 { WideF32(SIMD16(repeating: 0)) }
  @inline(__always) public static func += (a: inout WideF32, b: WideF32) { a.v += b.v }
  @inline(__always) public func add(to p: UnsafeMutablePointer<Double>) { lanes_f64x16_add(p, v) }
  @inline(__always) public var sum: Double { lanes_f64x16_sum(v) }
  @inline(__always) public subscript(lane: Int) -> Double { v[lane] }
}
