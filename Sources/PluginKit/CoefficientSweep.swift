// The row kernels of activations with coefficients: the same lanes and tail as Sweep.swift, with parameters
// that are spread over cells once for all elements that share them.

/// The row kernel of a pass; sums know themselves whether they lie along the row.
@inline(__always) func rows<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ rows: UnsafeMutableRawPointer
) {
  // Backward first: y may be x, and dx is never x. A third loop for both would save only the reading of x.
  if P.takesGradients { sweep(A.self, L.self, Backward<SharedSums>.self, rows) }
  if P.writesY { sweep(A.self, L.self, Forward.self, rows) }
}

/// Sweeps strips whose elements share their coefficients: all rows at their full length, or one vector of a few
/// rows.
@inline(never) func sweep<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ raw: UnsafeMutableRawPointer
) {
  let rows = UnsafePointer(raw.assumingMemoryBound(to: Rows<L>.self))
  let (n, rowCount) = (rows.pointee.n, rows.pointee.count)
  let (x, y, dy, dx) = (rows.pointee.x, rows.pointee.y, rows.pointee.dy, rows.pointee.dx)
  let dyMask = -rows.pointee.dyAlong
  var p = Coefficients<L>(rows)
  var sums = CoefficientSums<L>(rows)
  let isAlong = variesAlong(rows, A.parameters)
  // Few enough rows that each may be in a page of its own.
  let (depth, breadth) = isAlong ? (32, L.width) : (rowCount, n)
  var waiting = 0
  var top = 0
  while top < rowCount {
    let bottom = Swift.min(top &+ depth, rowCount)
    var left = 0
    while left < n {
      let right = Swift.min(left &+ breadth, n)
      fill(rows, A.parameters, left, right &- left)
      var row = top
      while row < bottom {
        var i = left
        while i < right {
          let valid = Swift.min(L.width, right &- i)
          let isFull = valid == L.width
          (p.i, p.valid, sums.i, sums.valid) = (i, valid, i, valid)
          let from = x.start(row).unsafelyUnwrapped + i
          let xs = isFull ? L.load(from) : L.load(from, first: valid)
          if P.takesGradients {
            let ups = dy.start(row).unsafelyUnwrapped + (i & dyMask)
            let dys = isFull ? L.load(ups) : L.load(ups, first: valid)
            sums.terms = rows.pointee.terms + waiting &* rows.pointee.cellCount
            let slope = A.gradient(xs, dys, p, sums)
            waiting &+= 1
            if waiting == 4 {
              settle(rows, 4)
              waiting = 0
            }
            if let to = dx.start(row) {
              if isFull { slope.store(to + i) } else { slope.store(to + i, first: valid) }
            }
          }
          if P.writesY, let to = y.start(row) {
            let ys = A.value(xs, p)
            if isFull { ys.store(to + i) } else { ys.store(to + i, first: valid) }
          }
          i &+= L.width
        }
        row &+= 1
      }
      if P.takesGradients {
        settle(rows, waiting)
        waiting = 0
        if isAlong { flush(rows, A.parameters, left, right &- left) }
      }
      left = right
    }
    top = bottom
  }
}

/// True if a parameter, or the place of its gradient, varies along the row.
func variesAlong<L: Lanes>(_ rows: UnsafePointer<Rows<L>>, _ parameters: Int) -> Bool {
  for k in 0..<parameters {
    let parameter = rows.pointee.parameter[k]
    if parameter.along != 0 || (parameter.sum != nil && parameter.sumAlong != 0) { return true }
  }
  return false
}

// What follows is not specialised for the activation: one copy for each element type of a plugin.

/// Makes the cells the coefficients of `valid` lanes from element `i` of a row on.
@inline(never) func fill<L: Lanes>(
  _ rows: UnsafePointer<Rows<L>>, _ parameters: Int, _ i: Int, _ valid: Int
) {
  for index in 0..<parameters {
    let from = rows.pointee.parameter[index]
    if from.slot < 0 { continue }
    let cells = rows.pointee.cells + from.slot
    var place = from.data.unsafelyUnwrapped + i &* from.along
    for k in 0..<from.count {
      if from.along == 0 {
        cells[k] = L.splat(place.pointee)
      } else {
        cells[k] = valid >= L.width ? L.load(place) : L.load(place, first: valid)
      }
      place += from.step
    }
  }
}

/// Adds the terms of the last vectors to the sums, in double.
@inline(never) func settle<L: Lanes>(_ rows: UnsafePointer<Rows<L>>, _ vectors: Int) {
  let (sums, count) = (rows.pointee.scratch, rows.pointee.cellCount)
  for slot in 0..<count {
    var sum = sums[slot]
    var terms = rows.pointee.terms + slot
    for _ in 0..<vectors {
      sum += terms.pointee.wide
      terms += count
    }
    sums[slot] = sum
  }
}

/// Adds the sums to memory, those of `valid` lanes from element `i` of a row on.
@inline(never) func flush<L: Lanes>(
  _ rows: UnsafePointer<Rows<L>>, _ parameters: Int, _ i: Int, _ valid: Int
) {
  for index in 0..<parameters {
    let to = rows.pointee.parameter[index]
    if to.slot < 0 { continue }
    let sums = rows.pointee.scratch + to.slot
    for k in 0..<to.count {
      if let place = to.sum {
        addColumn(
          sums[k], to: place + k &* to.sumStep, isAlong: to.sumAlong != 0, i, valid, L.width)
      }
      sums[k] = L.Wide.zero
    }
  }
}
