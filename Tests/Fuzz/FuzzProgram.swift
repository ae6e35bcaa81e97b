import CActZoo
import CSystem

// Bytes as a descriptor text; what parses is compiled for the block evaluator and run by the plugin that was
// built. A program is checked before it is run: a plugin trusts the host's programs.

/// The target `program`.
func fuzzProgram(_ data: UnsafePointer<UInt8>?, _ count: Int) {
  let bytes = UnsafeRawBufferPointer(start: data, count: count)
  guard let descriptor = try? Descriptor.parse(bytes), let activation = descriptor.activations.first
  else { return }
  for counts in [activation.defaultCounts, activation.counts.map { $0.minimum }] {
    guard
      let program = timed("compiling", { FormulaProgram.of(activation, counts: counts) })
    else { continue }
    for row in program.rows(evaluator) {
      guard let itself = row.itself else { finding("a row without a program") }
      let compiled = itself.assumingMemoryBound(to: actzoo_formula_program.self)
      checkProgram(compiled.pointee, activation, counts)
      let coefficients = activation.parameters.map { $0.initialValues(counts: counts) }
      if row.dtype == ACTZOO_F32 {
        Run<Float>(row, compiled, coefficients).check()
      } else {
        Run<Double>(row, compiled, coefficients).check()
      }
    }
    if activation.counts.isEmpty { break }
  }
}

/// What the plugin is told of this host; it may keep it for as long as the process lives.
private nonisolated(unsafe) let host = UnsafeMutablePointer<actzoo_host>.allocate(capacity: 1)

/// The evaluator for this machine, as `make` built it; Scripts/fuzz says where.
private nonisolated(unsafe) let evaluator: UnsafePointer<actzoo_formula_table> = {
  guard let folder = getenv("EVALUATOR") else { finding("EVALUATOR is not set") }
  for name in Level.names[..<Level.ofMachine.rank].reversed() {
    let path = "\(String(cString: folder))/formula.\(name).actzoo.so"
    guard let library = dlopen(path, RTLD_NOW), let entry = dlsym(library, "actzoo_plugin_v1")
    else { continue }
    typealias Entry =
      @convention(c) (UnsafePointer<actzoo_host>?) -> UnsafePointer<actzoo_plugin>?
    host.initialize(to: actzoo_host())
    host.pointee.size = UInt32(MemoryLayout<actzoo_host>.size)
    let plugin = unsafeBitCast(entry, to: Entry.self)(host)
    guard let table = plugin?.pointee.extension?(ACTZOO_FORMULA_EXTENSION) else {
      finding("\(path) has no table")
    }
    return table.assumingMemoryBound(to: actzoo_formula_table.self)
  }
  finding("no plugin formula for this machine in \(String(cString: folder)); run make")
}()

// MARK: - The program

/// Every step reads what is written by then, writes registers alone, and leaves uniform values alone.
private func checkProgram(
  _ program: actzoo_formula_program, _ activation: ActivationDescriptor, _ counts: [Int]
) {
  let lengths = activation.parameters.map { $0.length(counts: counts) }
  let total = lengths.reduce(0, +)
  if Int(program.parameters) != lengths.count || Int(program.coefficients) != total {
    finding("\(program.parameters) parameters, \(program.coefficients) coefficients of \(lengths)")
  }
  for (index, length) in lengths.enumerated() where Int(program.counts[index]) != length {
    finding("parameter \(index) has \(program.counts[index]) coefficients, not \(length)")
  }
  let first = Int(ACTZOO_FORMULA_INPUTS) + Int(program.constants) + total
  for pass in [program.pass.0, program.pass.1, program.pass.2] {
    checkPass(pass, registersFrom: first)
  }
}

private func checkPass(_ pass: actzoo_formula_pass, registersFrom first: Int) {
  var isWritten = [Bool](repeating: false, count: Int(pass.registers))
  var isUniform = isWritten
  func read(_ slot: Int, _ what: String) {
    if slot < first { return }
    guard slot - first < isWritten.count, isWritten[slot - first] else {
      finding("\(what) reads slot \(slot), which nothing has written")
    }
  }
  for index in 0..<Int(pass.count) {
    let step = pass.step[index]
    let operands = [step.operand.0, step.operand.1, step.operand.2, step.operand.3]
    for slot in operands { read(Int(slot), "step \(index)") }
    let results = [step.result.0, step.result.1]
    for result in results where result != UInt16(ACTZOO_FORMULA_NONE) {
      let register = Int(result) - first
      guard register >= 0, register < isWritten.count else {
        finding("step \(index) writes slot \(result)")
      }
      if isUniform[register] { finding("step \(index) writes over a uniform value") }
      isWritten[register] = true
      if index < Int(pass.uniform) { isUniform[register] = true }
    }
  }
  for slot in [pass.y, pass.dx, pass.dg] where slot != ACTZOO_FORMULA_NONE {
    read(Int(slot), "a result")
  }
}

// MARK: - Its results

/// Points from a text's point of view at random; an odd number, so that there is a tail.
private let points: [Double] = [
  -.infinity, -1e30, -745.2, -89, -14, -3.5, -2, -1, -0.75, -0.3, -1e-20, -0.0, 0.0, 1e-20, 0.25,
  0.5, 1,
  1.5, 2, 3, 6, 14, 88.9, 709, 1e30, .infinity, .nan, 0.1, 0.2, 0.7, -0.1, -0.6, 4.5, -5.5, 7.25,
  -8.5, 1.75,
]

/// Calls of one program, whose results must be the same bits however they are asked for.
private struct Run<Number: BinaryFloatingPoint> {
  let row: Row
  let program: UnsafePointer<actzoo_formula_program>
  let coefficients: [[Double]]
  private let canary = 77.25

  init(
    _ row: Row, _ program: UnsafePointer<actzoo_formula_program>, _ coefficients: [[Double]]
  ) {
    self.row = row
    self.program = program
    self.coefficients = coefficients
  }

  func check() {
    let xs = points.map { Number($0) }
    guard let forward = results(0, xs), let backward = results(1, xs), let fused = results(2, xs)
    else { return }
    same(forward.y, fused.y, "y of forward and fused")
    same(backward.dx, fused.dx, "dx of backward and fused")
    same(backward.dg, fused.dg, "dg of backward and fused")
    for (index, x) in xs.enumerated() {
      guard let alone = results(0, [x]), let slope = results(1, [x]) else {
        finding("one point is refused where \(xs.count) are not")
      }
      same(alone.y, [forward.y[index]], "y of x = \(x) alone and among others")
      same(slope.dx, [backward.dx[index]], "dx of x = \(x) alone and among others")
    }
  }

  private func same(_ a: [Number], _ b: [Number], _ what: String) {
    for (p, q) in zip(a, b) {
      let isSame = p == q ? p.sign == q.sign : p.isNaN && q.isNaN
      if !isSame { finding("\(what) differ: \(p) and \(q)") }
    }
  }

  private typealias Results = (y: [Number], dx: [Number], dg: [Number])

  /// Nil where the program does not fit into the evaluator's frame.
  private func results(_ pass: Int, _ xs: [Number]) -> Results? {
    let kernels = [row.forward, row.backward, row.fused]
    guard let kernel = kernels[pass] else { finding("no kernel for pass \(pass)") }
    var x = xs
    var g = xs.map { $0 * 0.5 + 0.25 }
    var u = [Float](repeating: 0.75, count: xs.count)
    // One more than is asked for: nobody may write there.
    let blank = [Number](repeating: Number(canary), count: xs.count + 1)
    var (y, dx, dg) = (blank, blank, blank)
    var values = coefficients.map { $0.map { Number($0) } }
    var sums = coefficients.map { [Double](repeating: 0, count: $0.count + 1) }
    var call = actzoo_call()
    call.size = UInt32(MemoryLayout<actzoo_call>.size)
    call.dtype = row.dtype
    call.device_type = 1
    call.extent = (1, 1, 1, Int64(xs.count))
    func along(_ pointer: UnsafeMutableRawPointer?) -> actzoo_view {
      actzoo_view(data: pointer, stride: (0, 0, 0, 1), step: 0, count: 1)
    }
    let status = x.withUnsafeMutableBytes { x in
      g.withUnsafeMutableBytes { g in
        u.withUnsafeMutableBytes { u in
          y.withUnsafeMutableBytes { y in
            dx.withUnsafeMutableBytes { dx in
              dg.withUnsafeMutableBytes { dg in
                call.x.0 = along(x.baseAddress)
                if program.pointee.is_gated != 0 { call.x.1 = along(g.baseAddress) }
                if program.pointee.is_noisy != 0 { call.noise = along(u.baseAddress) }
                if pass != 1 { call.y = along(y.baseAddress) }
                if pass != 0 {
                  call.dx.0 = along(dx.baseAddress)
                  if program.pointee.is_gated != 0 { call.dx.1 = along(dg.baseAddress) }
                }
                return withViews(&values, &sums) { parameters, gradients in
                  call.param = parameters
                  if pass != 0 { call.dparam = gradients }
                  return timed("evaluating") { kernel(row.itself, &call) }
                }
              }
            }
          }
        }
      }
    }
    if status == ACTZOO_UNSUPPORTED { return nil }
    if status != ACTZOO_OK { finding("pass \(pass) refuses with status \(status)") }
    for memory in [y, dx, dg] where memory[xs.count] != Number(canary) {
      finding("pass \(pass) writes beyond its results")
    }
    for memory in sums where memory[memory.count - 1] != 0 {
      finding("pass \(pass) writes beyond its gradients")
    }
    return (y.dropLast(), dx.dropLast(), dg.dropLast())
  }

  private func withViews(
    _ values: inout [[Number]], _ sums: inout [[Double]],
    _ body: (UnsafePointer<actzoo_view>?, UnsafePointer<actzoo_view>?) -> actzoo_status
  ) -> actzoo_status {
    var owned: [UnsafeMutableRawPointer] = []
    defer { for memory in owned { memory.deallocate() } }
    func view<T>(_ list: [T], _ count: Int) -> actzoo_view {
      let memory = UnsafeMutablePointer<T>.allocate(capacity: list.count)
      memory.initialize(from: list, count: list.count)
      owned.append(memory)
      return actzoo_view(
        data: memory, stride: (0, 0, 0, 0), step: count > 1 ? 1 : 0, count: Int64(count))
    }
    let parameters = values.map { view($0, $0.count) }
    let gradients = sums.map { view($0, $0.count - 1) }
    let status = parameters.withUnsafeBufferPointer { p in
      gradients.withUnsafeBufferPointer { body(p.baseAddress, $0.baseAddress) }
    }
    for (index, view) in gradients.enumerated() {
      guard let data = view.data?.assumingMemoryBound(to: Double.self) else { continue }
      for at in sums[index].indices { sums[index][at] = data[at] }
    }
    return status
  }
}
