import CActZoo

// The box: how operands are laid over it, and the one walk over its rows. A row is the innermost axis; rows
// along another axis that share their parameters go to the row kernel in one call.

/// One operand of some rows: where the first row starts, and how far the next one is.
struct RowOperand<Element> {
  /// NULL: absent, or not wanted.
  var data: UnsafeMutablePointer<Element>?
  var step = 0

  /// Goes on to the next row.
  @inline(__always) mutating func advance() {
    if let start = data { data = start + step }
  }

  /// Where row `k` starts.
  @inline(__always) func start(_ k: Int) -> UnsafeMutablePointer<Element>? {
    data.map { $0 + k &* step }
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
  /// Where its sums, and of coefficients the cells and terms, start in the scratch; -1 if they are not there.
  var slot = -1
  /// True for tables with a cell and terms for each entry.
  var isSmall = false
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
  /// Of each coefficient, but for tables, the value in every lane.
  var cells: UnsafeMutablePointer<L>
  /// And the terms of its sum, of four vectors.
  var terms: UnsafeMutablePointer<L>
  /// How many of them there are.
  var cellCount = 0
}

/// Coefficients that kernels take, but for tables.
@inline(__always) var coefficientLimit: Int { 136 }

/// Places of sums, cells and terms, and how many.
struct Scratch<L: Lanes> {
  let sums: UnsafeMutablePointer<L.Wide>
  let cells: UnsafeMutablePointer<L>
  let terms: UnsafeMutablePointer<L>
  let room: Int
}

/// Zeroes on the stack; bytes, because the compiler would write out every store of wider elements.
struct Zeroes<let size: Int> {
  var bytes = InlineArray<size, UInt8>(repeating: 0)

  /// Calls `body` with a scratch in them, for lanes of at most 64 bytes: 448 bytes of it for each coefficient.
  @inline(__always) mutating func lend<L: Lanes>(_: L.Type, _ body: (Scratch<L>) -> Void) {
    let room = (size - 64) / 448
    withUnsafeMutablePointer(to: &bytes) { bytes in
      let start = UnsafeMutableRawPointer(bytes).alignedUp(toMultipleOf: 64)
      let sums = start.assumingMemoryBound(to: L.Wide.self)
      let cells = UnsafeMutableRawPointer(sums + room).assumingMemoryBound(to: L.self)
      body(Scratch(sums: sums, cells: cells, terms: cells + room, room: room))
    }
  }
}

/// Cells of one vector each: four spread scalars, and ones for a `dy` that the caller did not give.
struct Cells<L: Lanes> {
  var cell: (L, L, L, L, L) = (0, 0, 0, 0, 1)
}

/// Calls a row kernel for every row of a checked call, outermost axis slowest.
@inline(__always) func walk<L: Lanes>(
  _: L.Type, _ call: UnsafePointer<actzoo_call>, _ needs: Needs, _ kernel: RowKernel
) {
  if coefficients(call, needs, from: 0) <= 24 {
    var zeroes = Zeroes<10816>()
    zeroes.lend(L.self) { walk(L.self, call, needs, kernel, $0) }
  } else {
    var zeroes = Zeroes<60992>()
    zeroes.lend(L.self) { walk(L.self, call, needs, kernel, $0) }
  }
}

/// How many coefficients the parameters from `first` on have.
func coefficients(_ call: UnsafePointer<actzoo_call>, _ needs: Needs, from first: Int) -> Int {
  var total = 0
  for k in first..<needs.parameters { total &+= Int(call.pointee.param[k].count) }
  return total
}

@inline(never) func walk<L: Lanes>(
  _: L.Type, _ call: UnsafePointer<actzoo_call>, _ needs: Needs, _ kernel: RowKernel,
  _ scratch: Scratch<L>
) {
  let c = call.pointee
  var cells = Cells<L>()
  withUnsafeMutablePointer(to: &cells) { cells in
    let cell = UnsafeMutableRawPointer(cells).assumingMemoryBound(to: L.Scalar.self)
    let gradients = needs.takesGradients
    let hasDy = gradients && c.dy.data != nil
    let axis = joinedAxis(call, needs)
    var rows = Rows<L>(
      n: Int(c.extent.3), count: axis.extent, x: operand(c.x.0, axis),
      g: needs.isGated ? operand(c.x.1, axis) : RowOperand(),
      u: needs.isNoisy ? operand(c.noise, axis) : RowOperand(),
      y: needs.writesY ? operand(c.y, axis) : RowOperand(),
      dy: hasDy ? operand(c.dy, axis) : RowOperand(data: cell + 4 &* L.width),
      dyAlong: hasDy ? 1 : 0,
      dx: gradients ? operand(c.dx.0, axis) : RowOperand(),
      dg: gradients && needs.isGated ? operand(c.dx.1, axis) : RowOperand(),
      parameter: InlineArray(repeating: RowParameter()), scratch: scratch.sums,
      cells: scratch.cells, terms: scratch.terms)
    lay(&rows, c, needs, scratch.room)
    forEachRow(axis.others) { at in
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
@inline(__always) func lay<L: Lanes>(
  _ rows: inout Rows<L>, _ c: actzoo_call, _ needs: Needs, _ room: Int
) {
  var used = 0
  for k in 0..<needs.parameters {
    let view = c.param[k]
    rows.parameter[k].count = Int(view.count)
    rows.parameter[k].step = Int(view.step)
    rows.parameter[k].along = view.stride.3 != 0 ? 1 : 0
    rows.parameter[k].isSmall = k < needs.tables && view.count <= 24
    if k >= needs.tables || rows.parameter[k].isSmall {
      rows.parameter[k].slot = used
      used &+= Int(view.count)
    }
    guard needs.takesGradients, let dparam = c.dparam, dparam[k].data != nil else { continue }
    rows.parameter[k].sumStep = Int(dparam[k].step)
    rows.parameter[k].sumAlong = dparam[k].stride.3 != 0 ? 1 : 0
  }
  rows.cellCount = used
  for k in 0..<needs.tables {
    let count = rows.parameter[k].count
    guard !rows.parameter[k].isSmall, used &+ count <= room else { continue }
    rows.parameter[k].slot = used
    used &+= count
  }
}

/// Adds what the scratch holds to the places it belongs to, and empties it.
@inline(never) func flush<L: Lanes>(_ rows: inout Rows<L>, _ parameters: Int) {
  for k in 0..<parameters {
    let parameter = rows.parameter[k]
    guard let sum = parameter.sum, parameter.slot >= 0, parameter.sumAlong == 0 else { continue }
    for j in 0..<parameter.count {
      sum[j &* parameter.sumStep] += rows.scratch[parameter.slot &+ j].sum
      rows.scratch[parameter.slot &+ j] = L.Wide.zero
    }
  }
}

/// The axis whose rows go to a kernel in one call.
struct JoinedAxis {
  /// 1 for that one of the first three axes, else 0.
  var isIt = (0, 0, 0)
  var extent = 1
  /// The extents of the first three axes without it.
  var others: (Int, Int, Int)

  /// From one row to the next.
  @inline(__always) func step(_ view: actzoo_view) -> Int {
    isIt.0 &* Int(view.stride.0) &+ isIt.1 &* Int(view.stride.1) &+ isIt.2 &* Int(view.stride.2)
  }
}

/// The innermost of the first three axes along which parameters and their gradients are the same.
@inline(never) func joinedAxis(
  _ call: UnsafePointer<actzoo_call>, _ needs: Needs
) -> JoinedAxis {
  let e = call.pointee.extent
  let (e0, e1, e2) = (Int(e.0), Int(e.1), Int(e.2))
  var axis = JoinedAxis(isIt: (0, 0, 1), extent: e2, others: (e0, e1, 1))
  if e2 > 1, sharesParameters(call, needs, axis) { return axis }
  axis = JoinedAxis(isIt: (0, 1, 0), extent: e1, others: (e0, 1, e2))
  if e1 > 1, sharesParameters(call, needs, axis) { return axis }
  axis = JoinedAxis(isIt: (1, 0, 0), extent: e0, others: (1, e1, e2))
  if e0 > 1, sharesParameters(call, needs, axis) { return axis }
  return JoinedAxis(others: (e0, e1, e2))
}

/// True if parameters and their gradients are the same all along an axis.
@inline(never) func sharesParameters(
  _ call: UnsafePointer<actzoo_call>, _ needs: Needs, _ axis: JoinedAxis
) -> Bool {
  for k in 0..<needs.parameters {
    if axis.step(call.pointee.param[k]) != 0 { return false }
    if needs.takesGradients, let dparam = call.pointee.dparam, dparam[k].data != nil,
      axis.step(dparam[k]) != 0
    {
      return false
    }
  }
  return true
}

/// An operand with the step of the joined axis; its start is set for each row.
@inline(__always) func operand<Element>(
  _ view: actzoo_view, _ axis: JoinedAxis
) -> RowOperand<Element> {
  RowOperand(step: axis.step(view))
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
@inline(__always) func forEachRow(
  _ extent: (Int, Int, Int), _ body: ((Int, Int, Int)) -> Void
) {
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
