import CLanes

// SIMD lanes: what kernels compute on. The elementary functions are written once, over this protocol, in
// the other files of this module; `F32` and `F64` give the operations and the constants.

/// A vector of floating-point lanes.
protocol Lanes: Number {
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

  /// `a * b + c` rounded once at every CPU level, for a `c` of at most a few ULP of the product.
  static func product(_ a: Self, _ b: Self, plusLow c: Self) -> Self
  /// `1 / d` to half the precision or better, for `d` and `1 / d` normal: the start of a division that goes on
  /// with the remainder.
  static func inverseEstimate(_ d: Self) -> Self
  /// `n / (d.hi + d.lo)`, rounded once where the CPU level has FMA and twice where not.
  ///
  /// - Valid range: d > 0; d.hi, 1 / d.hi and the quotient normal, n and the quotient normal or zero.
  static func quotient(_ n: Self, _ d: Pair<Self>) -> Self
  /// `1 / d` within 1 ULP, for `d` and `1 / d` normal.
  static func inverse(_ d: Self) -> Self
  /// e^(a^2 / 2) erfc(a / sqrt(2)) and what rounding lost of it, for a in 0...`gateReach`.
  static func scaledNormalTail(_ a: Self) -> Pair<Self>
  /// `self` kept within `-limit...limit`, for a positive limit; NaN may come back as the limit.
  func within(_ limit: Self) -> Self
  /// Of a table of `entries`, `p[index * step + lane * along]` for the first `count` lanes; the others are some
  /// number.
  static func lookUp(
    _ p: UnsafePointer<Scalar>, _ index: Self, step: Int, along: Int, entries: Int, first count: Int
  ) -> Self
  /// Adds to `p[index * step + lane * along]` for the first `count` lanes, in order, in double.
  func scatterAdd(
    _ p: UnsafeMutablePointer<Double>, _ index: Self, step: Int, along: Int, first count: Int)

  /// The magnitude of `self` with the sign of `other`.
  func withSign(of other: Self) -> Self
  /// `self * 2^k`, rounded once; `k` integral, at most 250 (f32) or 2040 (f64).
  ///
  /// Below the negative of that `k` counts as it, which leaves nothing of any number below 2^92.
  func scaled(byPowerOfTwo k: Self) -> Self
  /// `self` as m * 2^k with m in [sqrt(1/2), sqrt(2)); `self` normal and positive.
  var split: (significand: Self, exponent: Self) { get }

  /// True if any lane's mask is set.
  static func any(_ mask: Mask) -> Bool
  /// The mask of the lanes whose integer, which `roundingMagic` was added to, has bit `index`.
  static func bit(_ index: Int32, of k: Self) -> Mask
  /// The sine, or cosine, of x by libm in the lanes of the mask; `self` in the others.
  func far(_ x: Self, _ mask: Mask, isCosine: Bool) -> Self

  /// How often `exponentialPair` squares: 1 or 4.
  static var squarings: Int { get }
  /// Constants that depend on the precision; F32.swift and F64.swift say where each comes from.
  static var constants: LaneConstants<Self> { get }
  /// (e^r - 1 - r) / r^2 for |r| <= log(2)/2.
  static func expTail(_ r: Self) -> Self
  /// (e^(-q/2) - 1 + q/2) / q^2 for |q| <= log(2).
  static func gaussianTail(_ q: Self) -> Self
  /// (2 atanh(s) - 2 s) / s^3 as a function of s^2, for |s| <= 3 - 2 sqrt(2).
  static func logTail(_ s2: Self) -> Self
  /// erf(x) / x - 1 as a function of x^2, for |x| <= 1.
  static func erfExcess(_ x2: Self) -> Self
  /// ((1 + ca) e^(a^2) erfc(a) - erfcxMiddle.value) / u for 1 / (1 + ca) = erfcxMiddle.t + u.
  static func erfcxTail(_ u: Self) -> Self
  /// The derivative of e^(a^2) erfc(a) by t = 1 / (1 + ca), roughly.
  static func erfcxSlope(_ t: Self) -> Self
  /// (sin r - r) / r^3 as a function of r^2, for |r| <= pi/4.
  static func sinTail(_ r2: Self) -> Self
  /// (cos r - 1 + r^2 / 2) / r^4 as a function of r^2, for |r| <= pi/4.
  static func cosTail(_ r2: Self) -> Self
  /// (atan z - z) / z^3 as a function of z^2, for |z| <= tan(pi/8).
  static func atanTail(_ z2: Self) -> Self
  /// (sinh r - r) / r^3 as a function of r^2, for |r| <= log(2)/2.
  static func sinhTail(_ r2: Self) -> Self
  /// (cosh r - 1) / r^2 as a function of r^2, for |r| <= log(2)/2.
  static func coshTail(_ r2: Self) -> Self
  /// (2 atanh(s) - 2 s) / s^3 as a function of s^2, for |s| <= 1/3.
  static func atanhTail(_ s2: Self) -> Self
}

extension Lanes {
  /// True where the CPU level has FMA; known when a kernel is compiled.
  @inline(__always) static var hasFMA: Bool { lanes_fuse() != 0 }
}

/// Sums over lanes, in double.
protocol WideLanes {
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
struct LaneConstants<L: Lanes> {
  /// Adding and subtracting it rounds to an integer: 1.5 * 2^(significand bits).
  var roundingMagic: L
  /// log(2) in two parts; the first has enough trailing zeros that k times it is exact.
  var log2High: L
  /// The rest of log(2).
  var log2Low: L
  /// Below this exponent, `exp` is taken as zero.
  var expFloor: L
  /// Below this exponent, `exp` is nothing even times the largest number.
  var gateFloor: L
  /// From this |x| on, e^(-x^2 / 2) is taken as zero.
  var gaussianReach: L
  /// Above this exponent, `exp` is infinite.
  var expCeiling: L
  /// An integer whose exponential just overflows.
  var expOverflow: L
  /// The smallest normal number.
  var smallestNormal: L
  /// A power of two that makes every subnormal normal, and its binary logarithm.
  var subnormalScale: (factor: L, exponent: L)
  /// From here on erfc is zero, and `erfcx` need not go.
  var erfcxReach: L
  /// c of the variable t = 1 / (1 + ca) of `erfcxTail`.
  var erfcxScale: Pair<L>
  /// A t, and (1 + ca) e^(a^2) erfc(a) there: one where the value needs no more bits than these lanes have.
  var erfcxMiddle: (t: L, value: L)
  /// c / sqrt(2), exact: the scale for the normal distribution function.
  var normalTailScale: L
  /// From here on the normal distribution's tail, times any x so large, is nothing.
  var normalReach: L
  /// From here on it is nothing even times the largest number.
  var gateReach: L
  /// From here on the normal distribution function is 1, to the last bit of a pair; 1 less it is still normal.
  var normalCeiling: L
  /// From here on the sigmoid is 1.
  var sigmoidCeiling: L
  /// pi/2 in three parts.
  var halfPi: (L, L, L)
  /// pi/4.
  var quarterPi: Pair<L>
  /// Up to here the reduction of `sin` and `cos` is exact.
  var sineReach: L
  /// A number whose arctangent is pi/2, and which an ULP of another may be multiplied with.
  var atanReach: L
  /// From here on sinh and cosh are infinite.
  var hyperbolicReach: L
  /// From here on 1 + x^2 is x^2.
  var asinhReach: L
}
