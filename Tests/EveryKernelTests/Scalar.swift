import CActZoo
import CSystem

/// An element type of kernels: what the checks need to be written once for f32 and f64.
protocol Scalar: BinaryFloatingPoint, Sendable {
  associatedtype Word: FixedWidthInteger & UnsignedInteger & Sendable
  static var dtype: actzoo_dtype { get }
  static var label: String { get }
  var word: Word { get }
  init(word: Word)
  init(_ wide: Float80)
  init(_ double: Double)
}

extension Float: Scalar {
  static var dtype: actzoo_dtype { ACTZOO_F32 }
  static var label: String { "f32" }
  var word: UInt32 { bitPattern }
  init(word: UInt32) { self.init(bitPattern: word) }
}

extension Double: Scalar {
  static var dtype: actzoo_dtype { ACTZOO_F64 }
  static var label: String { "f64" }
  var word: UInt64 { bitPattern }
  init(word: UInt64) { self.init(bitPattern: word) }
}

/// Same bits; one NaN is as good as another, because hardware picks which operand's NaN goes on.
func sameBits<T: Scalar>(_ a: T, _ b: T) -> Bool { a.word == b.word || (a.isNaN && b.isNaN) }

/// The first place where two lists differ in bits.
func firstDifference<T: Scalar>(_ a: [T], _ b: [T]) -> Int? {
  if a.count != b.count { return min(a.count, b.count) }
  return a.indices.first { !sameBits(a[$0], b[$0]) }
}

/// SplitMix64: small, seeded, the same numbers on every machine.
struct Random: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    CSystem.sqrt(-2 * CSystem.log(1 - uniform())) * CSystem.cos(2 * .pi * uniform())
  }
}
