public import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
  import ZooHost
#endif

// The functions of actzoo.h that find and describe. Each is documented there.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// Never freed, so that it lives until the process exits.
private nonisolated(unsafe) let version: UnsafePointer<CChar> = cString("1.0.0")

/// The version of the library.
@c @implementation
public func actzoo_version() -> UnsafePointer<CChar>? { version }

/// Searches for plugins; runs none of their code.
@c @implementation
public func actzoo_open(
  _ options: UnsafePointer<actzoo_options>?, _ zoo: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let zoo else {
      throw ZooError(status: ACTZOO_INVALID, message: "zoo is NULL; pass where to put the handle")
    }
    zoo.pointee = nil
    let handle = ZooHandle(Zoo(try readOptions(options)))
    zoo.pointee = OpaquePointer(Unmanaged.passRetained(handle).toOpaque())
  }
}

private func readOptions(_ pointer: UnsafePointer<actzoo_options>?) throws(ZooError) -> ZooOptions {
  var result = ZooOptions()
  guard let pointer else { return result }
  var options = actzoo_options()
  memcpy(&options, pointer, min(Int(pointer.pointee.size), MemoryLayout<actzoo_options>.size))
  guard options.size >= 8 else {
    throw ZooError(
      status: ACTZOO_INVALID,
      message: "the options' size is \(options.size); set it to sizeof(actzoo_options)")
  }
  guard options.flags & ~(ACTZOO_NO_ENVIRONMENT | ACTZOO_ONLY_PATHS) == 0 else {
    throw ZooError(
      status: ACTZOO_UNSUPPORTED,
      message: "the options' flags \(options.flags) hold a bit that this library does not know")
  }
  result.usesEnvironment = options.flags & ACTZOO_NO_ENVIRONMENT == 0
  result.onlyPaths = options.flags & ACTZOO_ONLY_PATHS != 0
  guard options.paths_count == 0 || options.paths != nil, options.paths_count <= 65_536 else {
    throw ZooError(
      status: ACTZOO_INVALID, message: "paths is NULL, or paths_count is not its length")
  }
  for index in 0..<Int(options.paths_count) {
    guard let path = options.paths[index] else {
      throw ZooError(status: ACTZOO_INVALID, message: "paths[\(index)] is NULL")
    }
    result.paths.append(String(cString: path))
  }
  return result
}

/// Ends a zoo's life.
@c @implementation
public func actzoo_close(_ zoo: OpaquePointer?) {
  if let zoo { Unmanaged<ZooHandle>.fromOpaque(UnsafeRawPointer(zoo)).release() }
}

/// How many activations a zoo has.
@c @implementation
public func actzoo_count(_ zoo: OpaquePointer?) -> UInt64 {
  UInt64(ZooHandle.from(zoo)?.activations.count ?? 0)
}

/// An activation by its place in order of name.
@c @implementation
public func actzoo_at(_ zoo: OpaquePointer?, _ index: UInt64) -> OpaquePointer? {
  guard let handle = ZooHandle.from(zoo), index < UInt64(handle.activations.count) else {
    return nil
  }
  return handle.activations[Int(index)].pointer
}

/// An activation by short name, alias or id.
@c @implementation
public func actzoo_find(
  _ zoo: OpaquePointer?, _ name: UnsafePointer<CChar>?,
  _ activation: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let handle = ZooHandle.from(zoo), let name, let activation else {
      throw ZooError(status: ACTZOO_INVALID, message: "zoo, name or activation is NULL")
    }
    activation.pointee = nil
    let found = try handle.zoo.find(String(cString: name))
    activation.pointee = handle.activations.first { $0.activation === found }?.pointer
  }
}

/// How many reports the search made.
@c @implementation
public func actzoo_report_count(_ zoo: OpaquePointer?) -> UInt64 {
  UInt64(ZooHandle.from(zoo)?.reports.count ?? 0)
}

/// A report by its place.
@c @implementation
public func actzoo_report_at(
  _ zoo: OpaquePointer?, _ index: UInt64, _ report: UnsafeMutablePointer<actzoo_report>?
) -> actzoo_status {
  guard let handle = ZooHandle.from(zoo), let report, index < UInt64(handle.reports.count) else {
    return ACTZOO_INVALID
  }
  let one = handle.reports[Int(index)]
  let size = report.pointee.size
  copyRecord(
    actzoo_report(size: size, kind: one.kind, path: one.path, rule: one.rule, text: one.text),
    into: report, size: size)
  return ACTZOO_OK
}

/// What a descriptor says about an activation.
@c @implementation
public func actzoo_describe(
  _ activation: OpaquePointer?, _ info: UnsafeMutablePointer<actzoo_info>?
) -> actzoo_status {
  guard let handle = ActivationHandle.from(activation), let info, info.pointee.size >= 8 else {
    return ACTZOO_INVALID
  }
  var record = handle.info
  record.size = info.pointee.size
  copyRecord(record, into: info, size: record.size)
  return ACTZOO_OK
}

/// What a descriptor says about a parameter.
@c @implementation
public func actzoo_describe_parameter(
  _ activation: OpaquePointer?, _ index: UInt32,
  _ parameter: UnsafeMutablePointer<actzoo_parameter>?
) -> actzoo_status {
  guard let handle = ActivationHandle.from(activation), let parameter,
    parameter.pointee.size >= 8, Int(index) < handle.parameterNames.count
  else { return ACTZOO_INVALID }
  let descriptor = handle.activation.descriptor
  let one = descriptor.parameters[Int(index)]
  var record = actzoo_parameter()
  record.size = parameter.pointee.size
  if one.noDecay { record.flags |= ACTZOO_NO_DECAY }
  if one.isFixed { record.flags |= ACTZOO_FIXED }
  if one.isSupplied { record.flags |= ACTZOO_SUPPLIED }
  if one.isVector { record.flags |= ACTZOO_VECTOR }
  record.name = handle.parameterNames[Int(index)]
  record.granularity = one.granularities[0].bits
  record.groups = UInt32(one.granularities[0].groups)
  record.count = UInt64(one.length(counts: descriptor.defaultCounts))
  record.lower = one.lower
  record.upper = one.upper
  copyRecord(record, into: parameter, size: record.size)
  return ACTZOO_OK
}

/// The name of a preset, or nil past the end.
@c @implementation
public func actzoo_preset(_ activation: OpaquePointer?, _ index: UInt32) -> UnsafePointer<CChar>? {
  guard let handle = ActivationHandle.from(activation), Int(index) < handle.presetNames.count else {
    return nil
  }
  return handle.presetNames[Int(index)]
}

/// Initial values of a parameter.
@c @implementation
public func actzoo_initial(
  _ activation: OpaquePointer?, _ preset: UnsafePointer<CChar>?, _ index: UInt32, _ count: UInt64,
  _ values: UnsafeMutablePointer<Double>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_size: UInt64
) -> actzoo_status {
  answer(message, message_size) { () throws(ZooError) in
    guard let handle = ActivationHandle.from(activation), let values else {
      throw ZooError(status: ACTZOO_INVALID, message: "activation or values is NULL")
    }
    let found = try handle.activation.initialValues(
      parameter: Int(index), count: Int(clamping: count),
      preset: preset.map { String(cString: $0) } ?? "")
    for (at, value) in found.enumerated() { values[at] = value }
  }
}
