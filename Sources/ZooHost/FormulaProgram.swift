import CActZoo

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// A formula compiled for the block evaluator: the constant data that its kernels get as `self`.
///
/// It lives as long as the bound handle that holds it. Immutable; [concurrent].
final class FormulaProgram: @unchecked Sendable {
  private let program: UnsafeMutablePointer<actzoo_formula_program>
  private var owned: [UnsafeMutableRawPointer] = []

  /// Coefficients beyond which a program does not fit into the evaluator's memory.
  private static let mostCoefficients = 256

  /// Compiles value and first derivatives; backward is the surrogate's where there is one.
  ///
  /// Nil if the formula is too large: then it is evaluated point by point.
  ///
  /// Not a failable initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(_ descriptor: ActivationDescriptor, counts: [Int]) -> FormulaProgram? {
    let lengths = descriptor.parameters.map { $0.length(counts: counts) }
    var coefficients = 0
    for length in lengths { coefficients += length }
    guard coefficients <= FormulaProgram.mostCoefficients,
      let compiled = try? Compiled(descriptor, counts, lengths)
    else { return nil }
    return FormulaProgram(descriptor, lengths, coefficients, compiled)
  }

  private init(
    _ descriptor: ActivationDescriptor, _ lengths: [Int], _ coefficients: Int, _ compiled: Compiled
  ) {
    program = .allocate(capacity: 1)
    program.initialize(to: actzoo_formula_program())
    program.pointee.size = UInt32(MemoryLayout<actzoo_formula_program>.size)
    program.pointee.is_gated = descriptor.isGated ? 1 : 0
    program.pointee.is_noisy = descriptor.usesNoise ? 1 : 0
    let numbers = compiled.numbers
    program.pointee.constants = UInt16(numbers.count)
    program.pointee.parameters = UInt32(lengths.count)
    program.pointee.coefficients = UInt32(coefficients)
    program.pointee.constant = keep(numbers.map { $0.value })
    program.pointee.rest = keep(numbers.map { $0.rest })
    program.pointee.is_lost = keep(numbers.map { $0.isLost ? 1 : 0 })
    program.pointee.counts = keep(lengths.map { UInt32($0) })
    program.pointee.pass = (
      pass(compiled.forward, compiled), pass(compiled.backward, compiled),
      pass(compiled.fused, compiled)
    )
  }

  deinit {
    for memory in owned { memory.deallocate() }
    program.deallocate()
  }

  /// This program as rows for the kernels of a table.
  func rows(_ table: UnsafePointer<actzoo_formula_table>) -> [Row] {
    func row(
      _ dtype: actzoo_dtype, _ forward: actzoo_kernel?, _ backward: actzoo_kernel?,
      _ fused: actzoo_kernel?
    ) -> Row? {
      guard let forward, let backward, let fused else { return nil }
      return Row(
        dtype: dtype,
        flags: ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,
        itself: UnsafeRawPointer(program), forward: forward, backward: backward, fused: fused)
    }
    let t = table.pointee
    return [
      row(ACTZOO_F32, t.forward.0, t.backward.0, t.fused.0),
      row(ACTZOO_F64, t.forward.1, t.backward.1, t.fused.1),
    ].compactMap { $0 }
  }

  private func keep<T>(_ values: [T]) -> UnsafePointer<T> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(values.count * MemoryLayout<T>.stride, 1),
      alignment: MemoryLayout<T>.alignment)
    owned.append(memory)
    let typed = memory.bindMemory(to: T.self, capacity: max(values.count, 1))
    for (index, value) in values.enumerated() { (typed + index).initialize(to: value) }
    return UnsafePointer(typed)
  }

  private func pass(_ compiled: CompiledPass, _ whole: Compiled) -> actzoo_formula_pass {
    var pass = actzoo_formula_pass()
    pass.step = keep(compiled.code.steps)
    pass.count = UInt32(compiled.code.steps.count)
    pass.uniform = UInt32(compiled.code.uniform)
    pass.registers = UInt32(compiled.code.registers)
    pass.is_direct = compiled.code.isDirect ? 1 : 0
    pass.y = UInt32(compiled.y)
    pass.dx = UInt32(compiled.dx)
    pass.dg = UInt32(compiled.dg)
    if !compiled.gradient.isEmpty { pass.gradient = keep(compiled.gradient) }
    return pass
  }
}

/// Steps of a pass and the slots of its results.
private struct CompiledPass {
  let code: StepCompiler.Pass
  var y = UInt16(ACTZOO_FORMULA_NONE)
  var dx = UInt16(ACTZOO_FORMULA_NONE)
  var dg = UInt16(ACTZOO_FORMULA_NONE)
  /// One slot for each coefficient.
  var gradient: [UInt16] = []
}

/// All passes of a formula.
private struct Compiled {
  let numbers: [StepCompiler.Number]
  let forward: CompiledPass
  let backward: CompiledPass
  let fused: CompiledPass

  private static let mostWork = 2_000_000

  init(
    _ descriptor: ActivationDescriptor, _ counts: [Int], _ lengths: [Int]
  ) throws(FormulaError) {
    let formula = try descriptor.formula.instantiate(counts: counts).stable()
    let smooth = try descriptor.surrogate?.instantiate(counts: counts).stable() ?? formula
    // Every coefficient takes a pass over the formula: what would take seconds is not begun.
    let passes = lengths.reduce(2, +)
    guard formula.nodes.count * passes <= Compiled.mostWork,
      smooth.nodes.count * passes <= Compiled.mostWork
    else { throw FormulaError("the formula is too large for the block evaluator") }
    var compiler = StepCompiler(lengths: lengths)
    func add(_ expression: Expression) throws(FormulaError) -> Int32 {
      guard let value = compiler.add(expression) else {
        throw FormulaError("the formula is too large for the block evaluator")
      }
      return value
    }
    let y = try add(formula)
    var slopes = [try add(try smooth.stableDerivative(by: .x))]
    if descriptor.isGated { slopes.append(try add(try smooth.stableDerivative(by: .g))) }
    // For each coefficient, where its derivative is among `slopes`; -1: it is 0 everywhere.
    var places: [Int] = []
    for (index, parameter) in descriptor.parameters.enumerated() {
      for coefficient in 0..<lengths[index] {
        guard !parameter.isFixed else {
          places.append(-1)
          continue
        }
        let derivative = try smooth.stableDerivative(
          by: .coefficient(parameter: index, index: coefficient))
        if let constant = derivative.constant, constant.value == 0 {
          places.append(-1)
        } else {
          places.append(slopes.count)
          slopes.append(try add(derivative))
        }
      }
    }
    func assemble(_ wanted: [Int32], value: Bool, gradients: Bool) throws(FormulaError)
      -> CompiledPass
    {
      guard let code = compiler.pass(computing: wanted, storesFirst: value && !gradients) else {
        throw FormulaError("the formula has too many values for the block evaluator")
      }
      var pass = CompiledPass(code: code)
      let first = value ? 1 : 0
      if value { pass.y = code.slots[0] }
      if gradients {
        pass.dx = code.slots[first]
        if descriptor.isGated { pass.dg = code.slots[first + 1] }
        pass.gradient = places.map {
          $0 < 0 ? UInt16(ACTZOO_FORMULA_NONE) : code.slots[first + $0]
        }
      }
      return pass
    }
    forward = try assemble([y], value: true, gradients: false)
    backward = try assemble(slopes, value: false, gradients: true)
    fused = try assemble([y] + slopes, value: true, gradients: true)
    numbers = compiler.numbers
  }
}
