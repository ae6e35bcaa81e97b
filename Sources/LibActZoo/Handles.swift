import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
  import ZooHost
#endif

// What the opaque pointers of actzoo.h point at. An activation's handle belongs to its zoo; a bound
// handle keeps what it needs alive by itself (rule C4).

/// Behind `actzoo_zoo *`.
final class ZooHandle {
  let zoo: Zoo
  let activations: [ActivationHandle]
  let reports: [CReport]

  /// One report with its strings in C.
  struct CReport {
    let kind: UInt32
    let path: UnsafePointer<CChar>
    let rule: UnsafePointer<CChar>
    let text: UnsafePointer<CChar>
  }

  init(_ zoo: Zoo) {
    self.zoo = zoo
    activations = zoo.activations.map { ActivationHandle($0) }
    reports = zoo.reports.map {
      CReport(
        kind: $0.kind.rawValue, path: cString($0.path), rule: cString($0.rule),
        text: cString($0.text))
    }
  }

  deinit {
    for report in reports {
      free(UnsafeMutablePointer(mutating: report.path))
      free(UnsafeMutablePointer(mutating: report.rule))
      free(UnsafeMutablePointer(mutating: report.text))
    }
  }

  static func from(_ pointer: OpaquePointer?) -> ZooHandle? {
    pointer.map { Unmanaged<ZooHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

/// Behind `actzoo_activation *`: the strings that `actzoo_describe` hands out, made once.
final class ActivationHandle {
  let activation: Activation
  let info: actzoo_info
  let parameterNames: [UnsafePointer<CChar>]
  let presetNames: [UnsafePointer<CChar>]

  init(_ activation: Activation) {
    self.activation = activation
    let descriptor = activation.descriptor
    var info = actzoo_info()
    info.inputs = descriptor.isGated ? 2 : 1
    info.parameters_count = UInt32(descriptor.parameters.count)
    info.presets_count = UInt32(descriptor.presets.count)
    info.uses_noise = descriptor.usesNoise ? 1 : 0
    info.noise_eval = descriptor.noiseEval ?? 0
    info.id = cString(descriptor.id)
    info.name = cString(descriptor.name)
    info.title = cString(descriptor.title)
    info.formula = cString(descriptor.formulaText)
    info.source = cString(descriptor.source)
    info.plugin = cString(activation.plugin.id)
    info.version = cString(activation.plugin.version)
    info.license = cString(activation.plugin.license)
    info.path = cString(activation.path)
    info.isa = cString(activation.isa)
    info.text = cString(activation.text)
    self.info = info
    parameterNames = descriptor.parameters.map { cString($0.name) }
    presetNames = descriptor.presets.map { cString($0.name) }
  }

  deinit {
    for text in [
      info.id, info.name, info.title, info.formula, info.source, info.plugin, info.version,
      info.license, info.path, info.isa, info.text,
    ] {
      free(UnsafeMutablePointer(mutating: text))
    }
    for text in parameterNames + presetNames { free(UnsafeMutablePointer(mutating: text)) }
  }

  var pointer: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  static func from(_ pointer: OpaquePointer?) -> ActivationHandle? {
    pointer.map {
      Unmanaged<ActivationHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue()
    }
  }
}

/// A copy for `free`.
func cString(_ text: String) -> UnsafePointer<CChar> {
  guard let copy = strdup(text) else { abort() }
  return UnsafePointer(copy)
}

/// Writes as much of a sentence as fits, ended by a zero and never inside a character (rule C1).
func write(_ text: String, _ message: UnsafeMutablePointer<CChar>?, _ size: UInt64) {
  guard let message, size > 0 else { return }
  var at = 0
  for character in text.unicodeScalars {
    let bytes = UTF8.encode(character)!
    guard UInt64(at + bytes.count) < size else { break }
    for byte in bytes {
      message[at] = CChar(bitPattern: byte)
      at += 1
    }
  }
  message[at] = 0
}

/// Copies a record of ours into the caller's: as much as the caller's version of it holds (rule C2).
func copyRecord<T: BitwiseCopyable>(_ record: T, into target: UnsafeMutablePointer<T>, size: UInt32)
{
  var record = record
  memcpy(target, &record, min(Int(size), MemoryLayout<T>.size))
}

/// Runs a function of the contract, turning a refusal into its status and sentence.
@inline(__always)
func answer(
  _ message: UnsafeMutablePointer<CChar>?, _ size: UInt64, _ body: () throws(ZooError) -> Void
) -> actzoo_status {
  do throws(ZooError) {
    try body()
    return ACTZOO_OK
  } catch {
    write(error.message, message, size)
    return error.status
  }
}
