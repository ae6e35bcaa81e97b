#if !ACTZOO_ONE_MODULE
  public import CActZoo
  public import Formula
#else
  import CActZoo
#endif

/// The rows that serve a formula without compiled kernels, as a plugin's table would have them: for those who
/// judge kernels without the host between.
///
/// [concurrent]
public struct FormulaKernels: Sendable {
  /// The evaluator's library.
  public let path: String
  private let evaluator: BlockEvaluator

  /// Those of a zoo; nil if it has no evaluator that loads.
  public init?(_ zoo: Zoo) {
    guard zoo.evaluator.table() != nil, let library = zoo.evaluator.library else { return nil }
    path = library.path
    evaluator = zoo.evaluator
  }

  /// One row for each element type, never freed; nil if the formula is too large to be served.
  public func rows(
    _ descriptor: ActivationDescriptor, counts: [Int]
  ) -> [UnsafePointer<actzoo_kernels>]? {
    guard let table = evaluator.table(),
      let program = FormulaProgram.of(descriptor, counts: counts)
    else { return nil }
    _ = Unmanaged.passRetained(program)
    let id = UnsafeMutablePointer<CChar>.allocate(capacity: descriptor.id.utf8.count + 1)
    for (i, byte) in descriptor.id.utf8.enumerated() { id[i] = CChar(bitPattern: byte) }
    id[descriptor.id.utf8.count] = 0
    return program.rows(table).map { row in
      let record = UnsafeMutablePointer<actzoo_kernels>.allocate(capacity: 1)
      record.initialize(
        to: actzoo_kernels(
          size: UInt32(MemoryLayout<actzoo_kernels>.size), dtype: row.dtype, device_type: 1,
          flags: row.flags, activation: UnsafePointer(id), self: row.itself, forward: row.forward,
          backward: row.backward, fused: row.fused))
      return UnsafePointer(record)
    }
  }
}
