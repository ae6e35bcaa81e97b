public import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import ZooHost
#endif

// The functions of actzoo.h that turn an activation into a plain function. Each is documented there.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// Binds an activation and the values of its parameters to a function without context.
@c @implementation
public func actzoo_enclose(
  _ activation: OpaquePointer?, _ binding: UnsafePointer<actzoo_binding>?, _ kind: UInt32,
  _ values: UnsafePointer<Double>?, _ values_count: UInt64,
  _ closure: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let handle = ActivationHandle.from(activation), let closure else {
      throw ZooError(status: ACTZOO_INVALID, message: "activation or closure is NULL")
    }
    closure.pointee = nil
    guard kind == ACTZOO_POINT || kind == ACTZOO_ARRAY else {
      throw ZooError(
        status: ACTZOO_INVALID,
        message: "the kind of a closure is \(kind); use ACTZOO_POINT or ACTZOO_ARRAY")
    }
    guard values_count <= 1 << 24 else {
      throw ZooError(status: ACTZOO_INVALID, message: "values_count is not the length of values")
    }
    let given = values.map { Array(UnsafeBufferPointer(start: $0, count: Int(values_count))) }
    let made = try Closure.of(
      handle.activation, try readBinding(binding), kind == ACTZOO_ARRAY ? .array : .point,
      values: given)
    closure.pointee = OpaquePointer(Unmanaged.passRetained(made).toOpaque())
  }
}

/// The function's address, or nil if the closure is of another kind or type.
private func code(
  _ pointer: OpaquePointer?, _ kind: Closure.Kind, _ dtype: actzoo_dtype
) -> UnsafeMutableRawPointer? {
  guard let pointer else { return nil }
  let closure = Unmanaged<Closure>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  return closure.kind == kind && closure.dtype == dtype ? closure.code : nil
}

/// A closure as a function of a float.
@c @implementation
public func actzoo_point_f32(_ closure: OpaquePointer?) -> actzoo_function_f32? {
  code(closure, .point, ACTZOO_F32).map { unsafeBitCast($0, to: actzoo_function_f32.self) }
}

/// A closure as a function of a double.
@c @implementation
public func actzoo_point_f64(_ closure: OpaquePointer?) -> actzoo_function_f64? {
  code(closure, .point, ACTZOO_F64).map { unsafeBitCast($0, to: actzoo_function_f64.self) }
}

/// A closure as a function of arrays of floats.
@c @implementation
public func actzoo_array_f32(_ closure: OpaquePointer?) -> actzoo_map_f32? {
  code(closure, .array, ACTZOO_F32).map { unsafeBitCast($0, to: actzoo_map_f32.self) }
}

/// A closure as a function of arrays of doubles.
@c @implementation
public func actzoo_array_f64(_ closure: OpaquePointer?) -> actzoo_map_f64? {
  code(closure, .array, ACTZOO_F64).map { unsafeBitCast($0, to: actzoo_map_f64.self) }
}

/// Ends a closure.
@c @implementation
public func actzoo_release(_ closure: OpaquePointer?) {
  guard let closure else { return }
  let handle = Unmanaged<Closure>.fromOpaque(UnsafeRawPointer(closure))
  handle.takeUnretainedValue().release()
  handle.release()
}
