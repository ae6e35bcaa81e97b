import CActZoo

// The box: how operands are laid over it, and the one walk over its rows. A row is the innermost axis; rows
// of the third axis that share their parameters go to the row kernel in one call.

/// One operand of some rows: where the first row starts, and how far the next one is.
struct RowOperand<Element> {
  /// NULL: absent, or not wanted.
  var data: UnsafeMutablePointer<Element>?
  var step = 0

  /// Goes on to the next row.
  @inline(__always) mutating func advance() {
    if let start = data { data = start + step }
  }
}

/// One parameter of some rows, and the place of its gradient.
struct RowParameter<Scalar> {
  /// How many coefficients it has.
  var count = 1
  /// Coefficient 0.
  ///
  /// Scalars that a row shares are spread over as many lanes as a load takes.
  var data: UnsafeMutablePointer<Scalar>?
  /// From one coefficient to the next.
  var step = 0
  /// 1 where the parameter varies along the row, 0 where the row shares it.
  var along = 0
  /// The gradient of coefficient 0; NULL: not wanted.
  var sum: UnsafeMutablePointer<Double>?
  var sumStep = 0
  var sumAlong = 0
  /// Where its sums start in the scratch; -1 if they are not there.
  var slot = -1
}

/// Rows that share their parameters, as a row kernel sees them.
struct Rows<L: Lanes> {
  /// Elements in a row.
  var n: Int
  /// How many rows.
  var count: Int
  var x: RowOperand<L.Scalar>
  var g: RowOperand<L.Scalar>
  var u: RowOperand<Float>
  var y: RowOperand<L.Scalar>
  /// With step 0 and one vector of ones where the caller gave none.
  var dy: RowOperand<L.Scalar>
  /// 0 where `dy` is that vector, else 1.
  var dyAlong: Int
  var dx: RowOperand<L.Scalar>
  var dg: RowOperand<L.Scalar>
  var parameter: InlineArray<6, RowParameter<L.Scalar>>
  /// Sums of parameter gradients that whole rows share: lanes for each coefficient, from its slot on.
  var scratch: UnsafeMutablePointer<L.Wide>
}

/// How many sums of coefficients fit into the scratch of `walk`; those of the others are added to memory at once.
@inline(__always) var scratchRoom: Int { 64 }

/// Cells of one vector each: four spread scalars, and ones for a `dy` that the caller did not give.
struct Cells<L: Lanes> {
  var cell: (L, L, L, L, L) = (0, 0, 0, 0, 1)
}

/// Calls a row kernel for every row of a checked call, outermost axis slowest.
@inline(__always) func walk<L: Lanes>(
  _: L.Type, _ call: UnsafePointer<actzoo_call>, _ needs: Needs, _ kernel: RowKernel
) {
  if needs.hasScalars {
    var scratch = InlineArray<4, L.Wide>(repeating: L.Wide.zero)
    withUnsafeMutablePointer(to: &scratch) { scratch in
      let sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: L.Wide.self)
      walk(L.self, call, needs, kernel, sums)
    }
  } else {
    var scratch = InlineArray<64, L.Wide>(repeating: L.Wide.zero)
    withUnsafeMutablePointer(to: &scratch) { scratch in
      let sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: L.Wide.self)
      walk(L.self, call, needs, kernel, sums)
    }
  }
}

@inline(never) func walk<L: Lanes>(
  _: L.Type, _ call: UnsafePointer<actzoo_call>, _ needs: Needs, _ kernel: RowKernel,
  _ scratch: UnsafeMutablePointer<L.Wide>
) {
  let c = call.pointee
  var cells = Cells<L>()
  withUnsafeMutablePointer(to: &cells) { cells in
    let cell = UnsafeMutableRawPointer(cells).assumingMemoryBound(to: L.Scalar.self)
    let gradients = needs.takesGradients
    let hasDy = gradients && c.dy.data != nil
    let isJoined = sharesParameters(call, needs)
    var rows = Rows<L>(
      n: Int(c.extent.3), count: isJoined ? Int(c.extent.2) : 1, x: operand(c.x.0),
      g: needs.isGated ? operand(c.x.1) : RowOperand(),
      u: needs.isNoisy ? operand(c.noise) : RowOperand(),
      y: needs.writesY ? operand(c.y) : RowOperand(),
      dy: hasDy ? operand(c.dy) : RowOperand(data: cell + 4 &* L.width), dyAlong: hasDy ? 1 : 0,
      dx: gradients ? operand(c.dx.0) : RowOperand(),
      dg: gradients && needs.isGated ? operand(c.dx.1) : RowOperand(),
      parameter: InlineArray(repeating: RowParameter()), scratch: scratch)
    lay(&rows, c, needs)
    forEachRow((Int(c.extent.0), Int(c.extent.1), isJoined ? 1 : Int(c.extent.2))) { at in
      var now = rows
      now.x.move(c.x.0, at)
      if needs.isGated { now.g.move(c.x.1, at) }
      if needs.isNoisy { now.u.move(c.noise, at) }
      if needs.writesY { now.y.move(c.y, at) }
      if gradients {
        if hasDy { now.dy.move(c.dy, at) }
        now.dx.move(c.dx.0, at)
        if needs.isGated { now.dg.move(c.dx.1, at) }
      }
      for k in 0..<needs.parameters {
        let source: UnsafeMutablePointer<L.Scalar> = place(c.param[k], at).unsafelyUnwrapped
        if needs.hasScalars && now.parameter[k].along == 0 {
          L.splat(source.pointee).store(cell + k &* L.width)
          now.parameter[k].data = cell + k &* L.width
        } else {
          now.parameter[k].data = source
        }
      }
      if gradients, let dparam = c.dparam {
        var isNew = false
        for k in 0..<needs.parameters {
          now.parameter[k].sum = place(dparam[k], at)
          if now.parameter[k].sum != rows.parameter[k].sum { isNew = true }
        }
        if isNew {
          // What was summed for other places is added there first.
          flush(&rows, needs.parameters)
          for k in 0..<needs.parameters { rows.parameter[k].sum = now.parameter[k].sum }
        }
      }
      withUnsafeMutablePointer(to: &now) { kernel(UnsafeMutableRawPointer($0)) }
    }
    flush(&rows, needs.parameters)
  }
}

/// What holds for every row: counts and steps of the parameters, and which of them use the scratch.
@inline(__always) func lay<L: Lanes>(_ rows: inout Rows<L>, _ c: actzoo_call, _ needs: Needs) {
  var used = 0
  for k in 0..<needs.parameters {
    let view = c.param[k]
    rows.parameter[k].count = Int(view.count)
    rows.parameter[k].step = Int(view.step)
    rows.parameter[k].along = view.stride.3 != 0 ? 1 : 0
    if needs.hasScalars { rows.parameter[k].slot = k }
    guard needs.takesGradients, let dparam = c.dparam, dparam[k].data != nil else { continue }
    rows.parameter[k].sumStep = Int(dparam[k].step)
    rows.parameter[k].sumAlong = dparam[k].stride.3 != 0 ? 1 : 0
    if !needs.hasScalars && rows.parameter[k].sumAlong == 0
      && used &+ rows.parameter[k].count <= scratchRoom
    {
      rows.parameter[k].slot = used
      used &+= rows.parameter[k].count
    }
  }
}

/// Adds what the scratch holds to the places it belongs to, and empties it.
func flush<L: Lanes>(_ rows: inout Rows<L>, _ parameters: Int) {
  for k in 0..<parameters {
    let parameter = rows.parameter[k]
    guard let sum = parameter.sum, parameter.slot >= 0, parameter.sumAlong == 0 else { continue }
    for j in 0..<parameter.count {
      sum[j &* parameter.sumStep] += rows.scratch[parameter.slot &+ j].sum
      rows.scratch[parameter.slot &+ j] = L.Wide.zero
    }
  }
}

/// An operand with the step of the third axis; its start is set for each row.
@inline(__always) func operand<Element>(_ view: actzoo_view) -> RowOperand<Element> {
  RowOperand(step: Int(view.stride.2))
}

extension RowOperand {
  /// Goes to the row `at`.
  @inline(__always) mutating func move(_ view: actzoo_view, _ at: (Int, Int, Int)) {
    data = place(view, at)
  }
}

/// Where an operand's row starts; nil where the operand is absent.
@inline(__always) func place<Element>(_ view: actzoo_view, _ at: (Int, Int, Int))
  -> UnsafeMutablePointer<Element>?
{
  guard let data = view.data?.assumingMemoryBound(to: Element.self) else { return nil }
  return data
    + (at.0 &* Int(view.stride.0) &+ at.1 &* Int(view.stride.1) &+ at.2 &* Int(view.stride.2))
}

/// Calls `body` for every row of the box, outermost axis slowest.
@inline(__always) func forEachRow(_ extent: (Int, Int, Int), _ body: ((Int, Int, Int)) -> Void) {
  var i0 = 0
  while i0 < extent.0 {
    var i1 = 0
    while i1 < extent.1 {
      var i2 = 0
      while i2 < extent.2 {
        body((i0, i1, i2))
        i2 &+= 1
      }
      i1 &+= 1
    }
    i0 &+= 1
  }
}
