import CActZoo

// The loop for activations with coefficients: the same walk, lanes and tail as Sweep.swift, with parameters
// that are looked up instead of loaded once.

/// Sweeps a checked call.
@inline(never) func sweep<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ call: UnsafePointer<actzoo_call>
) {
  typealias Input = Operand<L.Scalar>
  let c = call.pointee
  let n = Int(c.extent.3)
  let x = Input(c.x.0)
  let y = P.writesY ? Input(c.y) : Input()
  let dy = P.takesGradients ? Input(c.dy) : Input()
  let dx = P.takesGradients ? Input(c.dx.0) : Input()
  var scratch = InlineArray<64, L.Wide>(repeating: L.Wide.zero)
  withUnsafeMutablePointer(to: &scratch) { scratch in
    let lanes = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: L.Wide.self)
    var sums = CoefficientSums<L>(scratch: lanes)
    if P.takesGradients { lay(&sums, c, A.parameters) }
    forEachRow(c.extent) { at in
      var p = coefficients(L.self, c, A.parameters, at)
      if P.takesGradients { move(&sums, c, A.parameters, at) }
      let from = x.row(at).unsafelyUnwrapped
      let (to, dyRow, dxRow) = (y.row(at), dy.row(at), dx.row(at))
      var i = 0
      while i < n {
        let valid = Swift.min(L.width, n &- i)
        let isFull = valid == L.width
        p.i = i
        p.valid = valid
        sums.i = i
        sums.valid = valid
        let xs = isFull ? L.load(from + i) : L.load(from + i, first: valid)
        var dys: L = 1
        if let dyRow { dys = isFull ? L.load(dyRow + i) : L.load(dyRow + i, first: valid) }
        if P.takesGradients {
          let slope = A.gradient(xs, dys, p, &sums)
          if let dxRow {
            if isFull { slope.store(dxRow + i) } else { slope.store(dxRow + i, first: valid) }
          }
        }
        if P.writesY, let to {
          let ys = A.value(xs, p)
          if isFull { ys.store(to + i) } else { ys.store(to + i, first: valid) }
        }
        i &+= valid
      }
    }
    if P.takesGradients { sums.flush() }
  }
}

/// A row's coefficients.
@inline(__always) func coefficients<L: Lanes>(
  _: L.Type, _ c: actzoo_call, _ parameters: Int, _ at: (Int, Int, Int)
) -> Coefficients<L> {
  var p = Coefficients<L>(
    count: InlineArray(repeating: 0), base: InlineArray(repeating: nil),
    step: InlineArray(repeating: 0), along: InlineArray(repeating: 0), i: 0, valid: 0)
  for k in 0..<parameters {
    let operand = Operand<L.Scalar>(c.param[k])
    p.count[k] = Int(c.param[k].count)
    p.base[k] = UnsafePointer(operand.row(at))
    p.step[k] = operand.step
    p.along[k] = operand.isAlong ? 1 : 0
  }
  return p
}

/// Lays the sums of a call out: which parameters use the scratch, and where.
@inline(__always) func lay<L: Lanes>(
  _ sums: inout CoefficientSums<L>, _ c: actzoo_call, _ parameters: Int
) {
  guard let dparam = c.dparam else { return }
  var used = 0
  for k in 0..<parameters where dparam[k].data != nil {
    sums.count[k] = Int(dparam[k].count)
    sums.step[k] = Int(dparam[k].step)
    sums.along[k] = dparam[k].stride.3 != 0 ? 1 : 0
    if sums.along[k] == 0 && used &+ sums.count[k] <= 64 {
      sums.slot[k] = used
      used &+= sums.count[k]
    }
  }
}

/// Moves the sums to the places of a row; what was summed for other places is added there first.
@inline(__always) func move<L: Lanes>(
  _ sums: inout CoefficientSums<L>, _ c: actzoo_call, _ parameters: Int, _ at: (Int, Int, Int)
) {
  guard let dparam = c.dparam else { return }
  var isNew = false
  var places = InlineArray<6, UnsafeMutablePointer<Double>?>(repeating: nil)
  for k in 0..<parameters {
    places[k] = Operand<Double>(dparam[k]).row(at)
    if places[k] != sums.base[k] { isNew = true }
  }
  if !isNew { return }
  sums.flush()
  sums.base = places
}
