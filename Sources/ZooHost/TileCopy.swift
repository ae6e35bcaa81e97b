import CActZoo
import CSystem

/// Strides along the four axes of a kernel's box.
typealias Strides = (Int, Int, Int, Int)

/// Copies a box of elements from one layout and type to another.
///
/// Strides are in elements.
struct BoxCopy {
  let extents: Strides
  let from: UnsafeRawPointer
  let fromStrides: Strides
  let to: UnsafeMutableRawPointer
  let toStrides: Strides

  /// Picks the loop for a pair of element types.
  func run(_ source: actzoo_dtype, _ target: actzoo_dtype) {
    switch (source, target) {
    case (ACTZOO_F32, ACTZOO_F32):
      if !transposed32() { loops(Raw32.self) }
    case (ACTZOO_F64, ACTZOO_F64): loops(Raw64.self)
    case (ACTZOO_F16, ACTZOO_F16), (ACTZOO_BF16, ACTZOO_BF16): loops(Raw16.self)
    case (ACTZOO_F16, ACTZOO_F32): loops(HalfToFloat.self)
    case (ACTZOO_BF16, ACTZOO_F32): loops(BrainToFloat.self)
    case (ACTZOO_F32, ACTZOO_F64): loops(FloatToDouble.self)
    case (ACTZOO_F16, ACTZOO_F64): loops(HalfToDouble.self)
    case (ACTZOO_BF16, ACTZOO_F64): loops(BrainToDouble.self)
    case (ACTZOO_F32, ACTZOO_F16): loops(FloatToHalf.self)
    case (ACTZOO_F32, ACTZOO_BF16): loops(FloatToBrain.self)
    case (ACTZOO_F64, ACTZOO_F32): loops(DoubleToFloat.self)
    case (ACTZOO_F64, ACTZOO_F16): loops(DoubleToHalf.self)
    case (ACTZOO_F64, ACTZOO_BF16): loops(DoubleToBrain.self)
    default: fatalError("no such copy")  // the binding has refused every other type
    }
  }

  private func loops<C: ElementCopy>(_: C.Type) {
    let from = from.assumingMemoryBound(to: C.From.self)
    let to = to.assumingMemoryBound(to: C.To.self)
    let (f, t) = (fromStrides.3, toStrides.3)
    for i in 0..<extents.0 {
      for j in 0..<extents.1 {
        for k in 0..<extents.2 {
          let source = from + (i * fromStrides.0 + j * fromStrides.1 + k * fromStrides.2)
          let target = to + (i * toStrides.0 + j * toStrides.1 + k * toStrides.2)
          if f == 1 && t == 1 {
            let done = C.convertStart(source, target, extents.3)
            for l in done..<extents.3 { target[l] = C.convert(source[l]) }
          } else {
            for l in 0..<extents.3 { target[l * t] = C.convert(source[l * f]) }
          }
        }
      }
    }
  }

  /// The case that transposed tensors are made of: one side is contiguous along the last axis, the
  /// other along another one.
  ///
  /// False if it is not that case.
  private func transposed32() -> Bool {
    let source = from.assumingMemoryBound(to: UInt32.self)
    let target = to.assumingMemoryBound(to: UInt32.self)
    let (e, f, t) = (extents, fromStrides, toStrides)
    guard (f.3 == 1) != (t.3 == 1) else { return false }
    let other = t.3 == 1 ? f : t
    // The axis that is contiguous on the other side is swapped into place 2.
    if other.2 == 1 && e.2 > 1 {
      for i in 0..<e.0 {
        for j in 0..<e.1 {
          let s = source + (i * f.0 + j * f.1)
          let d = target + (i * t.0 + j * t.1)
          if t.3 == 1 {
            csystem_transpose32(s, Int64(f.3), d, Int64(t.2), Int64(e.3), Int64(e.2))
          } else {
            csystem_transpose32(s, Int64(f.2), d, Int64(t.3), Int64(e.2), Int64(e.3))
          }
        }
      }
      return true
    }
    if other.1 == 1 && e.1 > 1 {
      swapped(
        (e.0, e.2, e.1, e.3), (f.0, f.2, f.1, f.3), (t.0, t.2, t.1, t.3))
      return true
    }
    if other.0 == 1 && e.0 > 1 {
      swapped((e.2, e.1, e.0, e.3), (f.2, f.1, f.0, f.3), (t.2, t.1, t.0, t.3))
      return true
    }
    return false
  }

  private func swapped(_ e: Strides, _ f: Strides, _ t: Strides) {
    _ = BoxCopy(extents: e, from: from, fromStrides: f, to: to, toStrides: t).transposed32()
  }
}
