import CActZoo

// Refusals (rule P12): by sizes, strides, counts and NULLs alone, before an operand is touched, with a
// sentence. Not generic, so that one copy serves every kernel of a plugin.

/// What a pass over a call needs.
struct Needs {
  var dtype: actzoo_dtype
  var isGated = false
  var isNoisy = false
  var parameters = 0
  /// How many of them, the first ones, are tables.
  var tables = 0
  /// True if every parameter has exactly one coefficient; else the activation checks its counts itself.
  var hasScalars = true
  /// What to say to numbers of coefficients that the activation does not accept.
  var countRefusal = ACTZOO_INVALID
  var writesY = false
  var takesGradients = false
}

/// The result of checking: run, or return this status.
enum Verdict {
  case run
  case done(actzoo_status)
}

/// Refuses with the sentence `subject text` in the caller's buffer, cut to its size.
@inline(never) func refuse(
  _ call: UnsafePointer<actzoo_call>, _ status: Int32, _ subject: StaticString, _ text: StaticString
) -> Verdict {
  guard let message = call.pointee.message, call.pointee.message_size > 0 else {
    return .done(status)
  }
  let room = Int(truncatingIfNeeded: Swift.min(call.pointee.message_size, 256)) - 1
  let end = append(text, append(subject, 0, message, room), message, room)
  message[end] = 0
  return .done(status)
}

/// Copies as much of `text` to `message[at...]` as fits; returns where it ended.
func append(
  _ text: StaticString, _ at: Int, _ message: UnsafeMutablePointer<CChar>, _ room: Int
) -> Int {
  let count = Swift.min(text.utf8CodeUnitCount, room - at)
  for i in 0..<Swift.max(count, 0) { message[at + i] = CChar(bitPattern: text.utf8Start[i]) }
  return at + Swift.max(count, 0)
}

/// Checks a call against what the pass needs.
@inline(never) func check(_ call: UnsafePointer<actzoo_call>, _ needs: Needs) -> Verdict {
  let c = call.pointee
  // Every field of version 1.0 is used; a shorter struct comes from no host.
  if Int(c.size) < MemoryLayout<actzoo_call>.size {
    return .done(ACTZOO_INVALID)
  }
  let e = c.extent
  if c.dtype != needs.dtype {
    return refuse(call, ACTZOO_UNSUPPORTED, "dtype", " is not the one of this kernel row")
  }
  if c.device_type != 1 {
    return refuse(call, ACTZOO_UNSUPPORTED, "device_type", " is not 1 (CPU)")
  }
  if e.0 < 0 || e.1 < 0 || e.2 < 0 || e.3 < 0 {
    return refuse(call, ACTZOO_INVALID, "extent", " has a negative entry")
  }
  if e.0 == 0 || e.1 == 0 || e.2 == 0 || e.3 == 0 { return .done(ACTZOO_OK) }

  if let v = checkInput(call, c.x.0, "x[0]") { return v }
  if needs.isGated, let v = checkInput(call, c.x.1, "x[1]") { return v }
  if needs.isNoisy, let v = checkInput(call, c.noise, "noise") { return v }
  if needs.writesY, let v = checkInput(call, c.y, "y") { return v }
  if needs.takesGradients {
    if c.dy.data != nil, let v = checkInput(call, c.dy, "dy") { return v }
    if c.dx.0.data != nil, let v = checkInput(call, c.dx.0, "dx[0]") { return v }
    if needs.isGated, c.dx.1.data != nil, let v = checkInput(call, c.dx.1, "dx[1]") { return v }
  }
  if needs.parameters > 0 {
    guard let param = c.param else {
      return refuse(call, ACTZOO_INVALID, "param", " is NULL, but the activation has parameters")
    }
    for i in 0..<needs.parameters {
      if param[i].data == nil {
        return refuse(call, ACTZOO_INVALID, "param", " has an entry without data")
      }
      if let v = checkParameter(call, param[i], needs, "param") { return v }
    }
    if needs.takesGradients, let dparam = c.dparam {
      for i in 0..<needs.parameters where dparam[i].data != nil {
        if let v = checkParameter(call, dparam[i], needs, "dparam") { return v }
        if dparam[i].count != param[i].count {
          return refuse(call, ACTZOO_INVALID, "dparam", " and param differ in count")
        }
      }
    }
  }
  return .run
}

/// Inputs and outputs that must be there, innermost stride 1.
func checkInput(
  _ call: UnsafePointer<actzoo_call>, _ view: actzoo_view, _ name: StaticString
) -> Verdict? {
  if view.data == nil { return refuse(call, ACTZOO_INVALID, name, " has no data") }
  if view.stride.3 != 1 && call.pointee.extent.3 != 1 {
    return refuse(call, ACTZOO_UNSUPPORTED, name, " has an innermost stride other than 1")
  }
  return nil
}

/// Parameters and their gradients: innermost stride 0 or 1, and the right count.
func checkParameter(
  _ call: UnsafePointer<actzoo_call>, _ view: actzoo_view, _ needs: Needs, _ name: StaticString
) -> Verdict? {
  if view.stride.3 != 0 && view.stride.3 != 1 && call.pointee.extent.3 != 1 {
    return refuse(call, ACTZOO_UNSUPPORTED, name, " has an innermost stride other than 0 and 1")
  }
  if view.count < 1 || (needs.hasScalars && view.count != 1) {
    return refuse(call, ACTZOO_INVALID, name, " has an entry with a wrong count")
  }
  return nil
}
