// SIMD lanes: what kernels compute on. The elementary functions are written once, over this protocol, in
// the other files of this module; `F32` and `F64` give the operations and the constants.

/// A vector of floating-point lanes.
public protocol Lanes: Number {
  /// The type of one lane, and of the memory that lanes are loaded from.
  associatedtype Scalar
  /// The same lanes in double, for sums.
  associatedtype Wide: WideLanes

  /// The element type as the contract numbers it: a DLPack DLDataType, read as little-endian.
  static var dtype: UInt32 { get }
  /// How many lanes: a power of two.
  static var width: Int { get }

  /// `width` consecutive elements.
  static func load(_ p: UnsafePointer<Scalar>) -> Self
  /// The first `count < width` elements, the other lanes zero; touches nothing beyond them.
  static func load(_ p: UnsafePointer<Scalar>, first count: Int) -> Self
  /// Stores `width` consecutive elements.
  func store(_ p: UnsafeMutablePointer<Scalar>)
  /// Stores the first `count < width` lanes; touches nothing beyond them.
  func store(_ p: UnsafeMutablePointer<Scalar>, first count: Int)
  /// `count` lanes of noise, which is `Float` whatever the lanes are; the others zero.
  static func load(noise p: UnsafePointer<Float>, _ count: Int) -> Self
  /// One value in every lane.
  static func splat(_ value: Scalar) -> Self
  /// The mask of the first `count` lanes.
  static func mask(first count: Int) -> Mask
  /// One lane.
  subscript(lane: Int) -> Scalar { get }
  /// A lane's value in double, exact.
  static func double(_ scalar: Scalar) -> Double
  /// The lanes in double, exact.
  var wide: Wide { get }

  /// `a * b - c` with the product unrounded, rounded once where the CPU level has FMA.
  static func product(_ a: Self, _ b: Self, minus c: Self) -> Self
  /// `self` kept within `-limit...limit`, for a positive limit; NaN may come back as the limit.
  func within(_ limit: Self) -> Self
  /// `p[index * step + lane * along]` for the first `count` lanes; the others are zero.
  static func gather(
    _ p: UnsafePointer<Scalar>, _ index: Self, step: Int, along: Int, first count: Int
  ) -> Self
  /// Adds to `p[index * step + lane * along]` for the first `count` lanes, in order, in double.
  func scatterAdd(
    _ p: UnsafeMutablePointer<Double>, _ index: Self, step: Int, along: Int, first count: Int)

  /// The magnitude of `self` with the sign of `other`.
  func withSign(of other: Self) -> Self
  /// `self * 2^k`, rounded once; `k` integral with |k| <= 250 (f32) or 2040 (f64).
  func scaled(byPowerOfTwo k: Self) -> Self
  /// `self` as m * 2^k with m in [sqrt(1/2), sqrt(2)); `self` normal and positive.
  var split: (significand: Self, exponent: Self) { get }

  /// Constants that depend on the precision; F32.swift and F64.swift say where each comes from.
  static var constants: LaneConstants<Self> { get }
  /// (e^r - 1 - r) / r^2 for |r| <= log(2)/2.
  static func expTail(_ r: Self) -> Self
  /// (e^(-q/2) - 1) / q for |q| <= log(2).
  static func gaussianTail(_ q: Self) -> Self
  /// (2 atanh(s) - 2 s) / s^3 as a function of s^2, for |s| <= 3 - 2 sqrt(2).
  static func logTail(_ s2: Self) -> Self
  /// erf(x) / x as a function of x^2, for |x| <= 1.
  static func erfRatio(_ x2: Self) -> Self
  /// (1 + 2a) e^(a^2) erfc(a) as a function of q = (a - 2) / (a + 2), for 0 <= a <= erfcxReach.
  static func erfcxNumerator(_ q: Self) -> Self
}

/// Sums over lanes, in double.
public protocol WideLanes {
  /// All lanes zero.
  static var zero: Self { get }
  /// Adds lane by lane.
  static func += (a: inout Self, b: Self)
  /// `p[i] += self[i]` for every lane.
  func add(to p: UnsafeMutablePointer<Double>)
  /// `p[i] += self[i]` for the first `count` lanes; touches nothing beyond them.
  func add(to p: UnsafeMutablePointer<Double>, first count: Int)
  /// The sum of all lanes, in a fixed order.
  var sum: Double { get }
}

/// Numbers that the shared algorithms need for one precision.
public struct LaneConstants<L: Lanes> {
  /// Adding and subtracting it rounds to an integer: 1.5 * 2^(significand bits).
  public var roundingMagic: L
  /// log(2) in two parts; the first has enough trailing zeros that k times it is exact.
  public var log2High: L
  /// The rest of log(2).
  public var log2Low: L
  /// Below this exponent, `exp` is taken as zero.
  public var expFloor: L
  /// From this |x| on, e^(-x^2 / 2) is taken as zero.
  public var gaussianReach: L
  /// Above this exponent, `exp` is infinite.
  public var expCeiling: L
  /// An integer whose exponential just overflows.
  public var expOverflow: L
  /// The smallest normal number.
  public var smallestNormal: L
  /// A power of two that makes every subnormal normal, and its binary logarithm.
  public var subnormalScale: (factor: L, exponent: L)
  /// From here on erfc is zero, and `erfcx` need not go.
  public var erfcxReach: L
}
