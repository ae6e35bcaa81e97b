// The row kernels of activations with coefficients: the same lanes and tail as Sweep.swift, with parameters
// that are looked up instead of loaded once.

/// The row kernel of a pass; sums know themselves whether they lie along the row.
@inline(__always) func rows<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ rows: UnsafeMutableRawPointer
) {
  // Backward first: y may be x, and dx is never x. A third loop for both would save only the reading of x.
  if P.takesGradients { sweep(A.self, L.self, Backward<SharedSums>.self, rows) }
  if P.writesY { sweep(A.self, L.self, Forward.self, rows) }
}

/// Sweeps rows one after the other.
@inline(never) func sweep<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ raw: UnsafeMutableRawPointer
) {
  let rows = UnsafePointer(raw.assumingMemoryBound(to: Rows<L>.self))
  let n = rows.pointee.n
  var (x, y, dy, dx) = (rows.pointee.x, rows.pointee.y, rows.pointee.dy, rows.pointee.dx)
  let dyMask = -rows.pointee.dyAlong
  var p = Coefficients<L>(rows)
  var sums = CoefficientSums<L>(rows)
  for _ in 0..<rows.pointee.count {
    var i = 0
    while i < n {
      let valid = Swift.min(L.width, n &- i)
      let isFull = valid == L.width
      p.i = i
      p.valid = valid
      sums.i = i
      sums.valid = valid
      let from = x.data.unsafelyUnwrapped + i
      let xs = isFull ? L.load(from) : L.load(from, first: valid)
      if P.takesGradients {
        let ups = dy.data.unsafelyUnwrapped + (i & dyMask)
        let dys = isFull ? L.load(ups) : L.load(ups, first: valid)
        let slope = A.gradient(xs, dys, p, &sums)
        if let to = dx.data {
          if isFull { slope.store(to + i) } else { slope.store(to + i, first: valid) }
        }
      }
      if P.writesY, let to = y.data {
        let ys = A.value(xs, p)
        if isFull { ys.store(to + i) } else { ys.store(to + i, first: valid) }
      }
      i &+= valid
    }
    x.advance()
    if P.writesY { y.advance() }
    if P.takesGradients {
      dy.advance()
      dx.advance()
    }
  }
}
