import CActZoo

// A call: its rows, cut into blocks that stay in the first-level cache. Nothing is allocated; the memory is
// the frame that Table.c lends.

/// Evaluates a pass over f32 in memory of the caller.
@c(formula_run_f32) public func formulaRunF32(
  _ program: UnsafePointer<actzoo_formula_program>?, _ call: UnsafePointer<actzoo_call>?,
  _ pass: Int64, _ room: UnsafeMutableRawPointer?, _ size: Int64
) -> actzoo_status { evaluate(F32.self, program, call, Int(pass), room, Int(size)) }

/// Evaluates a pass over f64 in memory of the caller.
@c(formula_run_f64) public func formulaRunF64(
  _ program: UnsafePointer<actzoo_formula_program>?, _ call: UnsafePointer<actzoo_call>?,
  _ pass: Int64, _ room: UnsafeMutableRawPointer?, _ size: Int64
) -> actzoo_status { evaluate(F64.self, program, call, Int(pass), room, Int(size)) }

/// Checks a call and evaluates it.
@_optimize(size) @inline(never) private func evaluate<L: FormulaLanes>(
  _: L.Type, _ program: UnsafePointer<actzoo_formula_program>?,
  _ call: UnsafePointer<actzoo_call>?, _ pass: Int, _ room: UnsafeMutableRawPointer?, _ size: Int
) -> actzoo_status {
  guard let program, let call, let room,
    Int(program.pointee.size) >= MemoryLayout<actzoo_formula_program>.size
  else { return ACTZOO_INVALID }
  let needs = Needs(
    dtype: L.dtype, isGated: program.pointee.is_gated != 0, isNoisy: program.pointee.is_noisy != 0,
    parameters: Int(program.pointee.parameters), hasScalars: false, writesY: pass != 1,
    takesGradients: pass != 0)
  if case .done(let status) = check(call, needs) { return status }
  for k in 0..<needs.parameters
  where call.pointee.param[k].count != Int64(program.pointee.counts[k]) {
    if case .done(let status) = refuse(
      call, ACTZOO_INVALID, "param", " has counts that the formula was not bound with")
    {
      return status
    }
  }
  guard var evaluation = Evaluation<L>(program, call, needs, pass, room, size) else {
    guard
      case .done(let status) = refuse(
        call, ACTZOO_UNSUPPORTED, "the formula", " has more values than fit into a frame")
    else { return ACTZOO_UNSUPPORTED }
    return status
  }
  evaluation.run()
  return ACTZOO_OK
}

/// One call over a program.
private struct Evaluation<L: FormulaLanes> {
  typealias Pointer = UnsafeMutablePointer<L.Scalar>

  let program: actzoo_formula_program
  let pass: actzoo_formula_pass
  let call: UnsafePointer<actzoo_call>
  let needs: Needs
  let slots: Slots<L>
  /// One vector for each slot that is no register, and one of ones for a `dy` that is absent.
  let cells: Pointer
  let registers: Pointer
  /// Sums of the gradients that rows share, one for each coefficient.
  let sums: UnsafeMutablePointer<L.Wide>
  /// Vectors in a block.
  let block: Int
  /// Slots before the registers.
  let fixed: Int
  /// True if no parameter varies along the row.
  let isUniform: Bool

  /// Lays the tables out in `room`; nil if they leave too little for registers.
  @_optimize(size) init?(
    _ source: UnsafePointer<actzoo_formula_program>, _ call: UnsafePointer<actzoo_call>,
    _ needs: Needs, _ index: Int, _ room: UnsafeMutableRawPointer, _ size: Int
  ) {
    program = source.pointee
    pass = index == 0 ? program.pass.0 : index == 1 ? program.pass.1 : program.pass.2
    self.call = call
    self.needs = needs
    fixed = 3 &+ Int(program.constants) &+ Int(program.coefficients)
    let vector = L.width &* MemoryLayout<L.Scalar>.stride
    let count = fixed &+ Int(pass.registers)
    // From the widest alignment to the narrowest.
    let used =
      (fixed &+ 1) &* vector &+ Int(program.coefficients) &* MemoryLayout<L.Wide>.stride
      &+ count &* 16
    // One register more for noise that has to be converted.
    let vectors = (size &- used) / vector / (Int(pass.registers) &+ 1)
    guard used < size, vectors >= 2 else { return nil }
    // Registers that stay in the first-level cache beside the operands.
    let most = Swift.max(2, hotBytes / vector / (Int(pass.registers) &+ 1))
    block = Swift.min(vectors, most, 4096 / vector)
    var at = room
    func take<T>(_: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
      let start = at.assumingMemoryBound(to: T.self)
      at += count &* MemoryLayout<T>.stride
      return start
    }
    sums = take(L.Wide.self, Int(program.coefficients))
    cells = take(L.Scalar.self, (fixed &+ 1) &* L.width)
    registers = take(L.Scalar.self, (Int(pass.registers) &+ 1) &* block &* L.width)
    slots = Slots(
      place: take(UnsafeMutablePointer<L.Scalar>.self, count), step: take(Int.self, count))
    var isUniform = true
    for k in 0..<needs.parameters where call.pointee.param[k].stride.3 != 0 { isUniform = false }
    self.isUniform = isUniform || call.pointee.extent.3 == 1
  }

  private func cell(_ slot: Int) -> Pointer { cells + slot &* L.width }

  private func register(_ index: Int) -> Pointer { registers + index &* block &* L.width }

  /// Where the registers, constants and cells are.
  @_optimize(size) private func prepare() {
    for slot in 0..<fixed {
      slots.place[slot] = cell(slot)
      slots.step[slot] = slot < 3 ? L.width : 0
    }
    for k in 0..<Int(program.constants) {
      let value = program.constant[k]
      let isLost = program.is_lost[k] != 0
      (isLost ? L(lostBy: value) + L(program.rest[k]) : L(value)).store(cell(3 &+ k))
    }
    L(1).store(cell(fixed))
    for k in 0..<Int(pass.registers) {
      slots.place[fixed &+ k] = register(k)
      slots.step[fixed &+ k] = L.width
    }
    if isUniform {
      for k in 0..<Int(pass.uniform) {
        let result = pass.step[k].result
        slots.step[Int(result.0)] = 0
        if result.1 != 0xFFFF { slots.step[Int(result.1)] = 0 }
      }
    }
    for k in 0..<Int(program.coefficients) { sums[k] = L.Wide.zero }
  }

  @_optimize(size) mutating func run() {
    prepare()
    let c = call.pointee
    var lastParameters: (Int, Int, Int) = (-1, 0, 0)
    var lastSums: (Int, Int, Int) = (-1, 0, 0)
    forEachRow((Int(c.extent.0), Int(c.extent.1), Int(c.extent.2))) { at in
      if lastParameters.0 < 0 || parametersMoved(lastParameters, at) {
        lastParameters = at
        if isUniform { spread(at) }
      }
      if needs.takesGradients {
        if lastSums.0 >= 0 && sumsMoved(lastSums, at) { flush(lastSums) }
        lastSums = at
      }
      row(at)
    }
    if needs.takesGradients && lastSums.0 >= 0 { flush(lastSums) }
  }

  // MARK: Parameters

  private func offset(_ view: actzoo_view, _ at: (Int, Int, Int)) -> Int {
    at.0 &* Int(view.stride.0) &+ at.1 &* Int(view.stride.1) &+ at.2 &* Int(view.stride.2)
  }

  private func parametersMoved(_ a: (Int, Int, Int), _ b: (Int, Int, Int)) -> Bool {
    for k in 0..<needs.parameters {
      let view = call.pointee.param[k]
      if offset(view, a) != offset(view, b) { return true }
    }
    return false
  }

  private func sumsMoved(_ a: (Int, Int, Int), _ b: (Int, Int, Int)) -> Bool {
    guard let dparam = call.pointee.dparam else { return false }
    for k in 0..<needs.parameters where dparam[k].data != nil {
      if offset(dparam[k], a) != offset(dparam[k], b) { return true }
    }
    return false
  }

  /// Spreads the coefficients that a row shares over vectors, and computes what depends on them alone.
  @_optimize(size) private func spread(_ at: (Int, Int, Int)) {
    var slot = 3 &+ Int(program.constants)
    for k in 0..<needs.parameters {
      let view = call.pointee.param[k]
      guard let data: Pointer = place(view, at) else { continue }
      for j in 0..<Int(view.count) {
        L.splat(data[j &* Int(view.step)]).store(cell(slot))
        slot &+= 1
      }
    }
    ActZooPlugin.run(L.self, pass.step, Int(pass.uniform), slots, 1)
  }

  // MARK: Rows

  @_optimize(size) private func row(_ at: (Int, Int, Int)) {
    let n = Int(call.pointee.extent.3)
    let whole = n / L.width
    let first = isUniform ? Int(pass.uniform) : 0
    let steps = Int(pass.count) &- first
    var done = 0
    while done < whole {
      let count = Swift.min(block, whole &- done)
      point(at, done &* L.width, count)
      ActZooPlugin.run(L.self, pass.step + first, steps, slots, count)
      finish(at, done &* L.width, count)
      done &+= count
    }
    let rest = n &- whole &* L.width
    if rest > 0 {
      pointTail(at, whole &* L.width, rest)
      ActZooPlugin.run(L.self, pass.step + first, steps, slots, 1)
      finishTail(at, whole &* L.width, rest)
    }
  }

  private var noiseIsConverted: Bool { MemoryLayout<L.Scalar>.stride != 4 }

  /// Points the slots of inputs at `count` vectors of a row.
  @_optimize(size) private func point(_ at: (Int, Int, Int), _ from: Int, _ count: Int) {
    let c = call.pointee
    slots.place[0] = place(c.x.0, at).unsafelyUnwrapped + from
    if needs.isGated { slots.place[1] = place(c.x.1, at).unsafelyUnwrapped + from }
    if needs.isNoisy {
      let noise: UnsafeMutablePointer<Float> = place(c.noise, at).unsafelyUnwrapped + from
      if noiseIsConverted {
        let target = register(Int(pass.registers))
        for i in 0..<count {
          L.load(noise: noise + i &* L.width, L.width).store(target + i &* L.width)
        }
        slots.place[2] = target
      } else {
        slots.place[2] = UnsafeMutableRawPointer(noise).assumingMemoryBound(to: L.Scalar.self)
      }
    }
    if !isUniform { pointCoefficients(at, from) }
    if pass.is_direct != 0, let y: Pointer = place(c.y, at) { slots.place[Int(pass.y)] = y + from }
  }

  /// Coefficients that vary along the row are read where they are; the others from a vector of their own.
  @_optimize(size) private func pointCoefficients(_ at: (Int, Int, Int), _ from: Int) {
    var slot = 3 &+ Int(program.constants)
    for k in 0..<needs.parameters {
      let view = call.pointee.param[k]
      let data: Pointer = place(view, at).unsafelyUnwrapped
      for j in 0..<Int(view.count) {
        let start = data + j &* Int(view.step)
        if view.stride.3 != 0 {
          slots.place[slot] = start + from
          slots.step[slot] = L.width
        } else if from == 0 {
          L.splat(start.pointee).store(cell(slot))
        }
        slot &+= 1
      }
    }
  }

  /// Copies the last elements of a row to vectors, filled up with the last of them: where a formula raises no
  /// flag that no element raises.
  @_optimize(size) private func pointTail(_ at: (Int, Int, Int), _ from: Int, _ rest: Int) {
    let c = call.pointee
    copyTail(place(c.x.0, at), from, rest, 0)
    if needs.isGated { copyTail(place(c.x.1, at), from, rest, 1) }
    if needs.isNoisy {
      let noise: UnsafeMutablePointer<Float> = place(c.noise, at).unsafelyUnwrapped + from
      L.load(noise: noise, rest).store(cell(2))
      slots.place[2] = cell(2)
    }
    if !isUniform {
      pointCoefficients(at, from)
      var slot = 3 &+ Int(program.constants)
      for k in 0..<needs.parameters {
        let view = call.pointee.param[k]
        for j in 0..<Int(view.count) {
          if view.stride.3 != 0 {
            let data: Pointer = place(view, at).unsafelyUnwrapped
            copyTail(data + j &* Int(view.step), from, rest, slot)
          }
          slot &+= 1
        }
      }
    }
    if pass.is_direct != 0 {
      slots.place[Int(pass.y)] = register(Int(pass.y) &- fixed)
    }
  }

  private func copyTail(_ data: Pointer?, _ from: Int, _ rest: Int, _ slot: Int) {
    guard let data else { return }
    let values = L.load(data + from, first: rest)
    L.select(L.mask(first: rest), values, L.splat(data[from &+ rest &- 1])).store(cell(slot))
    slots.place[slot] = cell(slot)
  }

  // MARK: Results

  /// Stores what `count` vectors came to.
  @_optimize(size) private func finish(_ at: (Int, Int, Int), _ from: Int, _ count: Int) {
    let c = call.pointee
    if needs.writesY, pass.is_direct == 0, let y: Pointer = place(c.y, at) {
      var source = Vectors(slots, UInt16(truncatingIfNeeded: pass.y))
      for i in 0..<count { source.next().store(y + (from &+ i &* L.width)) }
    }
    guard needs.takesGradients else { return }
    // Without dy, ones.
    let given: Pointer? = place(c.dy, at)
    let dy = given.map { $0 + from } ?? cell(fixed)
    let along = given == nil ? 0 : L.width
    if let dparam = c.dparam {
      var k = 0
      for p in 0..<needs.parameters {
        let start: UnsafeMutablePointer<Double>? = place(dparam[p], at)
        for j in 0..<Int(program.counts[p]) {
          let slot = pass.gradient[k]
          if let start, slot != 0xFFFF {
            var d = Vectors(slots, slot)
            if dparam[p].stride.3 == 0 || call.pointee.extent.3 == 1 {
              var sum = sums[k]
              for i in 0..<count { sum += (L.load(dy + i &* along) * d.next()).wide }
              sums[k] = sum
            } else {
              let target = start + (j &* Int(dparam[p].step) &+ from)
              for i in 0..<count {
                (L.load(dy + i &* along) * d.next()).wide.add(to: target + i &* L.width)
              }
            }
          }
          k &+= 1
        }
      }
    }
    // dx last: it may be dy.
    weigh(place(c.dx.1, at), pass.dg, dy, along, from, count)
    weigh(place(c.dx.0, at), pass.dx, dy, along, from, count)
  }

  private func weigh(
    _ target: Pointer?, _ slot: UInt32, _ dy: Pointer, _ along: Int, _ from: Int, _ count: Int
  ) {
    guard let target, slot != 0xFFFF else { return }
    var d = Vectors(slots, UInt16(truncatingIfNeeded: slot))
    for i in 0..<count {
      (L.load(dy + i &* along) * d.next()).store(target + (from &+ i &* L.width))
    }
  }

  /// The same for the last elements of a row.
  @_optimize(size) private func finishTail(_ at: (Int, Int, Int), _ from: Int, _ rest: Int) {
    let c = call.pointee
    if needs.writesY, let y: Pointer = place(c.y, at) {
      L.load(slots.place[Int(pass.y)]).store(y + from, first: rest)
    }
    guard needs.takesGradients else { return }
    let given: Pointer? = place(c.dy, at)
    let dy = given.map { L.load($0 + from, first: rest) } ?? L(1)
    if let dparam = c.dparam {
      var k = 0
      for p in 0..<needs.parameters {
        let start: UnsafeMutablePointer<Double>? = place(dparam[p], at)
        for j in 0..<Int(program.counts[p]) {
          let slot = pass.gradient[k]
          if let start, slot != 0xFFFF {
            let term = L.select(
              L.mask(first: rest), dy * L.load(slots.place[Int(slot)]), 0)
            if dparam[p].stride.3 == 0 || c.extent.3 == 1 {
              sums[k] += term.wide
            } else {
              term.wide.add(to: start + (j &* Int(dparam[p].step) &+ from), first: rest)
            }
          }
          k &+= 1
        }
      }
    }
    if let dg: Pointer = place(c.dx.1, at), pass.dg != 0xFFFF {
      (dy * L.load(slots.place[Int(pass.dg)])).store(dg + from, first: rest)
    }
    if let dx: Pointer = place(c.dx.0, at), pass.dx != 0xFFFF {
      (dy * L.load(slots.place[Int(pass.dx)])).store(dx + from, first: rest)
    }
  }

  /// Adds the sums to the places of the row `at`, and empties them.
  @_optimize(size) private func flush(_ at: (Int, Int, Int)) {
    guard let dparam = call.pointee.dparam else { return }
    var k = 0
    for p in 0..<needs.parameters {
      let start: UnsafeMutablePointer<Double>? = place(dparam[p], at)
      for j in 0..<Int(program.counts[p]) {
        if let start, dparam[p].stride.3 == 0 || call.pointee.extent.3 == 1,
          pass.gradient[k] != 0xFFFF
        {
          start[j &* Int(dparam[p].step)] += sums[k].sum
        }
        sums[k] = L.Wide.zero
        k &+= 1
      }
    }
  }
}

/// Bytes of registers that leave room in the first-level cache for the operands.
private let hotBytes = 20 * 1024
