import CActZoo
import Formula
import Training
import ZooHost

/// Operands of every pass over one row of elements: inputs of everyday size, outputs that are reused.
final class BenchOperands {
  let arguments = UnsafeMutablePointer<actzoo_arguments>.allocate(capacity: 1)
  private var operands: [Operand] = []
  private var lists: [PointerList] = []

  init(_ evaluator: Evaluator, _ type: actzoo_dtype, _ count: Int) {
    let d = evaluator.activation.descriptor
    let shape = [1, 1, count]
    func operand(_ seed: UInt64?) -> UnsafePointer<actzoo_tensor> {
      let operand = Operand(shape, type)
      if let seed { Self.fill(operand.tensor.pointee.data!, count, type, seed) }
      operands.append(operand)
      return UnsafePointer(operand.tensor)
    }
    arguments.initialize(to: actzoo_arguments())
    arguments.pointee.size = UInt32(MemoryLayout<actzoo_arguments>.size)
    arguments.pointee.x = (operand(1), d.isGated ? operand(2) : nil)
    arguments.pointee.y = operand(nil)
    arguments.pointee.dy = operand(3)
    arguments.pointee.dx = (operand(nil), d.isGated ? operand(nil) : nil)
    lists = [evaluator.parameterOperands(), evaluator.parameterOperands()].map(PointerList.init)
    arguments.pointee.parameters = UnsafePointer(lists[0].pointer)
    arguments.pointee.dparameters = UnsafePointer(lists[1].pointer)
    arguments.pointee.parameters_count = UInt64(d.parameters.count)
    if d.usesNoise {
      let noise = Operand(shape, ACTZOO_F32)
      let numbers = noise.tensor.pointee.data!.assumingMemoryBound(to: Float.self)
      for i in 0..<count { numbers[i] = Float(i & 0xff) / 256 }
      operands.append(noise)
      arguments.pointee.noise = UnsafePointer(noise.tensor)
    }
  }

  deinit { arguments.deallocate() }

  /// Bytes of an element.
  static func size(_ type: actzoo_dtype) -> Int {
    type == ACTZOO_F64 ? 8 : type == ACTZOO_F32 ? 4 : 2
  }

  /// Numbers from -4 to 4, in no order that a branch predictor could learn.
  private static func fill(
    _ data: UnsafeMutableRawPointer, _ count: Int, _ type: actzoo_dtype, _ seed: UInt64
  ) {
    var random = RandomStream(seed: seed, "bench")
    for i in 0..<count {
      let value = 8 * random.uniform() - 4
      switch type {
      case ACTZOO_F64: data.storeBytes(of: value, toByteOffset: 8 * i, as: Double.self)
      case ACTZOO_F32: data.storeBytes(of: Float(value), toByteOffset: 4 * i, as: Float.self)
      case ACTZOO_BF16:
        let bits = UInt16(truncatingIfNeeded: Float(value).bitPattern >> 16)
        data.storeBytes(of: bits, toByteOffset: 2 * i, as: UInt16.self)
      default:
        // Multiples of 1/64 below 4 are exact: 3 bits before the point and 6 behind it.
        let units = Int((value * 64).rounded(.towardZero))
        data.storeBytes(of: half(units), toByteOffset: 2 * i, as: UInt16.self)
      }
    }
  }

  /// The bits of units / 64 in f16.
  private static func half(_ units: Int) -> UInt16 {
    let size = units.magnitude
    guard size > 0 else { return 0 }
    let exponent = Int.bitWidth - 1 - size.leadingZeroBitCount
    let fraction = UInt16(truncatingIfNeeded: (size << (10 - exponent)) & 0x3ff)
    return (units < 0 ? 0x8000 : 0) | UInt16(exponent - 6 + 15) << 10 | fraction
  }
}
