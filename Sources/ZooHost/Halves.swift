import CSystem

// Conversions between element types, in integer arithmetic: the library runs on plain x86-64, where the
// compiler's own half conversions are calls of 30 ns. Rows of halves go through the CPU's instructions where
// it has them (halves.h), with the same bits. Exact upwards; to nearest, ties to even, downwards.

/// One conversion of an element; a plain loop over it becomes vector code.
protocol ElementCopy {
  associatedtype From
  associatedtype To
  static func convert(_ value: From) -> To
  /// Converts the first elements of a row as fast as the CPU can; returns how many, which may be none.
  static func convertStart(
    _ from: UnsafePointer<From>, _ to: UnsafeMutablePointer<To>, _ count: Int
  ) -> Int
}

extension ElementCopy {
  @inline(__always) static func convertStart(
    _: UnsafePointer<From>, _: UnsafeMutablePointer<To>, _: Int
  ) -> Int { 0 }
}

enum Raw16: ElementCopy {
  @inline(__always) static func convert(_ value: UInt16) -> UInt16 { value }
}
enum Raw32: ElementCopy {
  @inline(__always) static func convert(_ value: UInt32) -> UInt32 { value }
}
enum Raw64: ElementCopy {
  @inline(__always) static func convert(_ value: UInt64) -> UInt64 { value }
}
enum HalfToFloat: ElementCopy {
  @inline(__always) static func convert(_ value: UInt16) -> Float { floatFromHalf(value) }
  @inline(__always) static func convertStart(
    _ from: UnsafePointer<UInt16>, _ to: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Int { csystem_half_to_float(from, to, count) }
}
enum BrainToFloat: ElementCopy {
  @inline(__always) static func convert(_ value: UInt16) -> Float {
    Float(bitPattern: UInt32(value) << 16)
  }
  @inline(__always) static func convertStart(
    _ from: UnsafePointer<UInt16>, _ to: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Int { csystem_brain_to_float(from, to, count) }
}
enum HalfToDouble: ElementCopy {
  @inline(__always) static func convert(_ value: UInt16) -> Double { Double(floatFromHalf(value)) }
}
enum BrainToDouble: ElementCopy {
  @inline(__always) static func convert(_ value: UInt16) -> Double {
    Double(Float(bitPattern: UInt32(value) << 16))
  }
}
enum FloatToDouble: ElementCopy {
  @inline(__always) static func convert(_ value: Float) -> Double { Double(value) }
}
enum FloatToHalf: ElementCopy {
  @inline(__always) static func convert(_ value: Float) -> UInt16 { halfFromFloat(value) }
  @inline(__always) static func convertStart(
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<UInt16>, _ count: Int
  ) -> Int { csystem_float_to_half(from, to, count) }
}
enum FloatToBrain: ElementCopy {
  @inline(__always) static func convert(_ value: Float) -> UInt16 { brainFromFloat(value) }
  @inline(__always) static func convertStart(
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<UInt16>, _ count: Int
  ) -> Int { csystem_float_to_brain(from, to, count) }
}
enum DoubleToFloat: ElementCopy {
  @inline(__always) static func convert(_ value: Double) -> Float { Float(value) }
}
enum DoubleToHalf: ElementCopy {
  @inline(__always) static func convert(_ value: Double) -> UInt16 {
    halfFromFloat(floatToOdd(value))
  }
}
enum DoubleToBrain: ElementCopy {
  @inline(__always) static func convert(_ value: Double) -> UInt16 {
    brainFromFloat(floatToOdd(value))
  }
}

@inline(__always)
private func floatFromHalf(_ half: UInt16) -> Float {
  let magnitude = UInt32(half & 0x7fff)
  let sign = UInt32(half & 0x8000) << 16
  // The bits of a half, moved to a float's place, are 2^112 too small, subnormals included.
  let scaled = Float(bitPattern: magnitude << 13) * 0x1p112
  let special: UInt32 = magnitude >= 0x7c00 ? 0x7f80_0000 : 0
  return Float(bitPattern: scaled.bitPattern | special | sign)
}

@inline(__always)
private func halfFromFloat(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  let sign = UInt16(truncatingIfNeeded: (bits & 0x8000_0000) >> 16)
  let magnitude = bits & 0x7fff_ffff
  // Subnormal halves: adding 0.5 puts their last bit at a float's last bit, and rounds to nearest even.
  let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3f00_0000
  // Normal ones: bias 127 -> 15, half of the last kept bit added, one less if that bit is even.
  let odd = (magnitude >> 13) & 1
  let normal = (magnitude &- 0x3800_0000 &+ 0xfff &+ odd) >> 13
  let large: UInt32 = magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00
  let result = magnitude >= 0x477f_f000 ? large : (magnitude < 0x3880_0000 ? small : normal)
  return sign | UInt16(truncatingIfNeeded: result)
}

@inline(__always)
private func brainFromFloat(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  let rounded = (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16
  let quiet = (bits >> 16) | 0x40
  return UInt16(truncatingIfNeeded: bits & 0x7fff_ffff > 0x7f80_0000 ? quiet : rounded)
}

/// The float between which and `value` nothing lies, with an odd last bit if it is not exact: rounding
/// that to a half is rounding the double once.
@inline(__always)
private func floatToOdd(_ value: Double) -> Float {
  let near = Float(value)
  let back = Double(near)
  if back == value || value.isNaN { return near }
  let bits = near.bitPattern
  // Towards zero, then odd.
  let truncated = back.magnitude > value.magnitude ? bits &- 1 : bits
  return Float(bitPattern: truncated | 1)
}
