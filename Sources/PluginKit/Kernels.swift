import CActZoo

// The entry points: one for each pass. A plugin's rows of the kernel table point at functions that `actzoo
// build` writes, which call these with the activation's type and its row kernels.

/// What a pass does with rows that share their parameters: a `Rows`, which only the callee's types know.
typealias RowKernel = @convention(c) (UnsafeMutableRawPointer) -> Void

/// Evaluates x -> y. [concurrent]
///
/// Returns INVALID or UNSUPPORTED with a sentence if the call's shape is not served; then nothing was
/// touched. y may be x.
@inline(__always) func forward<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel
) -> actzoo_status {
  run(L.self, call, needs(A.self, L.self, writesY: true), kernel, nil, nil)
}

/// Evaluates (x, dy) -> dx, and adds to dparam. [concurrent]
///
/// dx may be dy. Outputs that are NULL are skipped; dy NULL means ones. `along` is the kernel for
/// parameter gradients that vary along a row.
@inline(__always) func backward<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel,
  _ along: RowKernel?
) -> actzoo_status {
  run(L.self, call, needs(A.self, L.self, takesGradients: true), kernel, along, nil)
}

/// Forward and backward in one pass, with the bits of the separate ones. [concurrent]
@inline(__always) func fused<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel,
  _ along: RowKernel?
) -> actzoo_status {
  run(
    L.self, call, needs(A.self, L.self, writesY: true, takesGradients: true), kernel, along, nil)
}

/// Evaluates x -> y. [concurrent]
@inline(__always) func forward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel
) -> actzoo_status {
  run(L.self, call, needs(A.self, L.self, writesY: true), kernel, nil, A.accepts)
}

/// Evaluates (x, dy) -> dx, and adds to dparam. [concurrent]
@inline(__always) func backward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel,
  _ along: RowKernel?
) -> actzoo_status {
  run(L.self, call, needs(A.self, L.self, takesGradients: true), kernel, along, A.accepts)
}

/// Forward and backward, with the bits of the separate ones. [concurrent]
@inline(__always) func fused<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ kernel: RowKernel,
  _ along: RowKernel?
) -> actzoo_status {
  run(
    L.self, call, needs(A.self, L.self, writesY: true, takesGradients: true), kernel, along,
    A.accepts)
}

/// What a pass of an activation with scalars needs.
@inline(__always) func needs<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, writesY: Bool = false, takesGradients: Bool = false
) -> Needs {
  Needs(
    dtype: L.dtype, isGated: A.isGated, isNoisy: A.isNoisy, parameters: A.parameters,
    hasScalars: true, writesY: writesY, takesGradients: takesGradients)
}

/// What a pass of an activation with coefficients needs.
@inline(__always) func needs<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, writesY: Bool = false, takesGradients: Bool = false
) -> Needs {
  Needs(
    dtype: L.dtype, parameters: A.parameters, tables: A.tables, hasScalars: false,
    countRefusal: A.servesEveryCount ? ACTZOO_INVALID : ACTZOO_UNSUPPORTED, writesY: writesY,
    takesGradients: takesGradients)
}

/// Checks a call, chooses the row kernel by how the wanted parameter gradients lie, and walks the box.
///
/// One copy for each element type serves every activation of a plugin: what is specialised for an activation
/// is the rows alone, which keeps plugins small and their compilation short.
@inline(never) func run<L: Lanes>(
  _: L.Type, _ call: UnsafePointer<actzoo_call>?, _ needs: Needs, _ kernel: RowKernel,
  _ along: RowKernel?, _ accepts: ((InlineArray<6, Int>) -> Bool)?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  if case .done(let status) = check(call, needs) { return status }
  if let accepts {
    var count = InlineArray<6, Int>(repeating: 0)
    for k in 0..<needs.parameters { count[k] = Int(call.pointee.param[k].count) }
    if !accepts(count),
      case .done(let status) = refuse(
        call, needs.countRefusal, "param", " has counts that this kernel does not serve")
    {
      return status
    }
    if coefficients(call, needs, from: needs.tables) > coefficientLimit,
      case .done(let status) = refuse(
        call, ACTZOO_UNSUPPORTED, "param", " has more than 136 coefficients")
    {
      return status
    }
  }
  var kernel = kernel
  if let along, needs.takesGradients, areAlong(call, needs.parameters) { kernel = along }
  walk(L.self, call, needs, kernel)
  return ACTZOO_OK
}

/// True if a wanted parameter gradient varies along the innermost axis.
func areAlong(_ call: UnsafePointer<actzoo_call>, _ parameters: Int) -> Bool {
  guard let dparam = call.pointee.dparam else { return false }
  for k in 0..<parameters where dparam[k].data != nil && dparam[k].stride.3 != 0 { return true }
  return false
}
