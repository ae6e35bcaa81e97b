import Exporting
import Formula

/// The README of a new plugin: ten lines that say what it is and what is known about it.
struct DataSheet {
  let text: String

  init(_ activation: ActivationDescriptor, formulaLanguage language: PluginLanguage) {
    let parameters =
      activation.parameters.isEmpty
      ? "none" : activation.parameters.map { $0.sentence([]) }.joined(separator: "; ")
    let kernels =
      language == .swift
      ? "f32 and f64, from one generic formula over the plugin kit"
      : "f32 and f64, scalar C computed in double"
    text = """
      # \(activation.title)

      \(activation.equation)

      - id: `\(activation.id)`
      - parameters: \(parameters)
      - source: not stated yet; add a `source` line to `\(activation.name).actzoo`
      - special values: not checked yet (NaN, infinities, zeros)
      - kernels: \(kernels)
      - measured errors: none yet; `actzoo verify` observes them, then tighten the `claim` lines

      Build: `actzoo build .` Try: `actzoo eval \(activation.name) -1 0 1 --path build`

      """
  }
}
