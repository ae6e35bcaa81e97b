// actzoo/actzoo.hpp - the zoo for C++17 and later: all of actzoo.h with handles that free themselves.
// Header-only. The rules of actzoo.h (C1 to C8) hold here too, and so do its thread tags: everything is
// [concurrent] unless it says otherwise.
//
//   actzoo::bound crrelu = actzoo::zoo().find("crrelu").bind<float>();
//   crrelu.forward(x, y, {eps});                     (vectors, arrays, spans, or {pointer, {2, 3}})
//
// Whatever can fail has two forms. One throws actzoo::error; the other takes an error & as its first
// argument, which is false afterwards if all went well, and returns something empty if not:
//
//   actzoo::error why;
//   crrelu.forward(why, x, y, {eps});
//   if (why) std::puts(why.what());
//
// Compiled without exceptions, only the second form exists.
#ifndef ACTZOO_HPP
#define ACTZOO_HPP
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actzoo/actzoo.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define ACTZOO_THROWS 1
#else
#define ACTZOO_THROWS 0
#endif

namespace actzoo {

/// Why a call was refused: what() is one sentence, status is actzoo.h's. False where nothing was refused.
struct error : std::runtime_error {
  error() : std::runtime_error("") {}
  error(actzoo_status status, const char *text) : std::runtime_error(text), status(status) {}
  explicit operator bool() const noexcept { return status != ACTZOO_OK; }

  actzoo_status status = ACTZOO_OK;
};

// ------------------------------------------------------------------------------------- elements ----

/// The bits of an IEEE half or of a bfloat16, for callers without a type of their own.
struct half {
  std::uint16_t bits;
};
struct bfloat16 {
  std::uint16_t bits;
};

/// The element type of T. Specialise it for a half of another library:
///   template <> struct actzoo::element<c10::Half> { static constexpr actzoo_dtype dtype = ACTZOO_F16; };
template <class T> struct element {};
template <> struct element<half> { static constexpr actzoo_dtype dtype = ACTZOO_F16; };
template <> struct element<bfloat16> { static constexpr actzoo_dtype dtype = ACTZOO_BF16; };
template <> struct element<float> { static constexpr actzoo_dtype dtype = ACTZOO_F32; };
template <> struct element<double> { static constexpr actzoo_dtype dtype = ACTZOO_F64; };
#ifdef __STDCPP_FLOAT16_T__
template <> struct element<decltype(0.0f16)> { static constexpr actzoo_dtype dtype = ACTZOO_F16; };
#endif
#ifdef __STDCPP_BFLOAT16_T__
template <> struct element<decltype(0.0bf16)> { static constexpr actzoo_dtype dtype = ACTZOO_BF16; };
#endif

namespace detail {
/// Calls a function of actzoo.h, which takes (message, message_size) last.
template <class Function, class... Arguments>
bool call(error &why, Function function, Arguments... arguments) {
  char          text[512] = {};
  actzoo_status status = function(arguments..., text, sizeof text);
  why = status == ACTZOO_OK ? error() : error(status, text);
  return status == ACTZOO_OK;
}

#if ACTZOO_THROWS
/// The form that throws, made from the one that does not.
template <class Body> auto throwing(Body body) {
  error why;
  if constexpr (std::is_void_v<decltype(body(why))>) {
    body(why);
    if (why) throw why;
  } else {
    auto result = body(why);
    if (why) throw why;
    return result;
  }
}
#endif

template <class Range>
using element_of = std::remove_pointer_t<decltype(std::data(std::declval<Range>()))>;
} // namespace detail

// -------------------------------------------------------------------------------------- tensors ----

// GCC warns of any initializer_list whose elements are pointed at; here it outlives the call.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
/// Values that somebody else holds, for the duration of a call: braces, a vector, an array or a std::span.
template <class T> class list {
public:
  list() = default;
  list(std::initializer_list<T> values) : data_(values.begin()), size_(values.size()) {}
  list(const T *data, std::size_t size) : data_(data), size_(size) {}
  template <class Range, class = std::enable_if_t<
                             std::is_convertible_v<detail::element_of<const Range &> *, const T *> &&
                             !std::is_same_v<Range, list>>>
  list(const Range &values) : data_(std::data(values)), size_(std::size(values)) {}

  const T    *data() const { return data_; }
  std::size_t size() const { return size_; }

private:
  const T    *data_ = nullptr;
  std::size_t size_ = 0;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// Shape and strides, outermost axis first, strides in elements.
using extents = list<std::int64_t>;

/// Memory that is read: where it is, its element type, its shape, and its strides unless it is
/// row-major. Owns nothing but copies of shape and strides. Made without arguments it is absent.
class const_tensor {
public:
  const_tensor() = default;
  template <class T, class = decltype(element<T>::dtype)>
  const_tensor(const T *data, extents shape, extents strides = {})
      : const_tensor(data, element<T>::dtype, shape, strides) {}
  const_tensor(const void *data, actzoo_dtype dtype, extents shape, extents strides = {})
      : data_(const_cast<void *>(data)), dtype_(dtype), rank_(static_cast<std::int32_t>(shape.size())),
        is_present_(true), is_strided_(strides.size() > 0) {
    if (shape.size() > most_axes)
      fault_ = "a tensor has more than 32 axes; merge some";
    else if (is_strided_ && strides.size() != shape.size())
      fault_ = "a tensor needs as many strides as it has axes";
    else
      for (std::size_t i = 0; i < shape.size(); i++) {
        shape_[i] = shape.data()[i];
        strides_[i] = is_strided_ ? strides.data()[i] : 0;
      }
  }
  /// A vector, an array or a std::span as a tensor of one axis.
  template <class Range, class T = detail::element_of<const Range &>,
            class = decltype(element<std::remove_cv_t<T>>::dtype)>
  const_tensor(const Range &values)
      : const_tensor(std::data(values), {static_cast<std::int64_t>(std::size(values))}) {}
  /// The same memory as a DLTensor.
  const_tensor(const actzoo_tensor &t)
      : const_tensor(t.data, t.dtype, {t.shape, static_cast<std::size_t>(t.ndim)},
                     {t.strides, static_cast<std::size_t>(t.strides ? t.ndim : 0)}) {
    device_type_ = t.device_type;
    device_id_ = t.device_id;
    byte_offset_ = t.byte_offset;
  }
  const_tensor(const const_tensor &other) { *this = other; }
  const_tensor &operator=(const const_tensor &other) {
    data_ = other.data_;
    byte_offset_ = other.byte_offset_;
    fault_ = other.fault_;
    dtype_ = other.dtype_;
    device_type_ = other.device_type_;
    device_id_ = other.device_id_;
    rank_ = other.rank_;
    is_present_ = other.is_present_;
    is_strided_ = other.is_strided_;
    for (std::int32_t i = 0; i < rank_ && !fault_; i++) {
      shape_[i] = other.shape_[i];
      strides_[i] = other.strides_[i];
    }
    return *this;
  }

  /// For actzoo.h: points into this object.
  actzoo_tensor view() const && = delete;
  actzoo_tensor view() const & {
    return {data_,
            device_type_,
            device_id_,
            rank_,
            dtype_,
            const_cast<std::int64_t *>(shape_),
            is_strided_ ? const_cast<std::int64_t *>(strides_) : nullptr,
            byte_offset_};
  }
  bool        is_present() const { return is_present_; }
  const char *fault() const { return fault_; }

private:
  static constexpr std::size_t most_axes = 32;

  void         *data_ = nullptr;
  std::uint64_t byte_offset_ = 0;
  const char   *fault_ = nullptr;
  actzoo_dtype  dtype_ = 0;
  std::int32_t  device_type_ = 1, device_id_ = 0, rank_ = 0;
  bool          is_present_ = false, is_strided_ = false;
  std::int64_t  shape_[most_axes], strides_[most_axes]; // only the first rank_ are ever read
};

/// Memory that is written; one may be read, too.
class tensor : public const_tensor {
public:
  tensor() = default;
  template <class T, class = decltype(element<T>::dtype)>
  tensor(T *data, extents shape, extents strides = {}) : const_tensor(data, shape, strides) {}
  tensor(void *data, actzoo_dtype dtype, extents shape, extents strides = {})
      : const_tensor(data, dtype, shape, strides) {}
  template <class Range, class T = detail::element_of<Range &>, class = decltype(element<T>::dtype)>
  tensor(Range &&values) : const_tensor(values) {}
  tensor(const actzoo_tensor &t) : const_tensor(t) {}
};

/// One tensor, or two for a gated activation: {x, g}, {dx, dg}.
template <class Tensor> class operands {
public:
  operands() = default;
  template <class X, class = std::enable_if_t<std::is_convertible_v<X, Tensor>>>
  operands(X &&x) : tensors{std::forward<X>(x), Tensor()} {}
  operands(const Tensor &x, const Tensor &g) : tensors{x, g} {}
  template <class T, class = decltype(element<std::remove_const_t<T>>::dtype)>
  operands(T *data, extents shape, extents strides = {}) : tensors{{data, shape, strides}, {}} {}
  template <class T>
  operands(T *data, actzoo_dtype dtype, extents shape, extents strides = {})
      : tensors{{data, dtype, shape, strides}, {}} {}

  Tensor tensors[2];
};
using inputs = operands<const_tensor>;
using outputs = operands<tensor>;

// ----------------------------------------------------------------------------------- evaluating ----

/// Part of a call, to be run anywhere.
class task {
public:
  task(void (*run)(void *, std::uint64_t), void *argument) : run_(run), argument_(argument) {}
  void operator()(std::uint64_t index) const { run_(argument_, index); }

private:
  void (*run_)(void *, std::uint64_t);
  void *argument_;
};
class job {
public:
  job(void (*run)(void *), void *argument) : run_(run), argument_(argument) {}
  void operator()() const { run_(argument_); }

private:
  void (*run_)(void *);
  void *argument_;
};

/// Where the parts of a call run, in place of the library's own threads. `concurrency` is how many
/// parts are worth running at once. What it is made of must outlive it, and must not throw.
struct executor : actzoo_executor {
  /// run(count, task) calls task(i) for every i in 0..<count, anywhere, and returns after the last.
  template <class Run> static executor parallel_for(Run &run, std::uint32_t concurrency) {
    executor e = {};
    e.context = &run;
    e.concurrency = concurrency;
    e.actzoo_executor::parallel_for = [](void *context, std::uint64_t               count,
                                         void (*body)(void *, std::uint64_t), void *argument) {
      (*static_cast<Run *>(context))(count, task(body, argument));
    };
    return e;
  }
  /// queue(job) has job() called once, some time, by some thread, and returns at once.
  template <class Queue> static executor schedule(Queue &queue, std::uint32_t concurrency) {
    executor e = {};
    e.context = &queue;
    e.concurrency = concurrency;
    e.actzoo_executor::schedule = [](void *context, void (*body)(void *), void *argument) {
      (*static_cast<Queue *>(context))(job(body, argument));
    };
    return e;
  }
};

/// What a call may have beside its tensors.
struct options {
  const_tensor           noise;          ///< the u of formulas that have one: f32 in [0, 1)
  bool                   seeded = false; ///< or: noise of the stream `seed` from `offset` on
  std::uint64_t          seed = 0, offset = 0;
  const actzoo_executor *executor = nullptr;
};

/// An activation bound to an element type and to granularities. Copies share one handle.
class bound {
public:
  bound() = default;
  explicit bound(actzoo_bound *handle) : handle_(handle, actzoo_unbind) {}
  explicit      operator bool() const { return handle_ != nullptr; }
  actzoo_bound *get() const { return handle_.get(); }

  /// y = f(x), or f(x, g) for x = {x, g}. y may be exactly x.
  void forward(error &why, const inputs &x, const tensor &y, list<const_tensor> parameters = {},
               const options &how = {}) const {
    call c(x, parameters, {}, how);
    c.set(c.arguments.y, y);
    c.run(why, actzoo_forward, *this);
  }
  /// dx = dy * df/dx, and sums of dy * df/dparameter. An absent dy is ones; what is absent of the
  /// outputs is not computed. As many parameter gradients as parameters, or none.
  void backward(error &why, const inputs &x, const const_tensor &dy, const outputs &dx,
                list<const_tensor> parameters = {}, list<tensor> dparameters = {},
                const options &how = {}) const {
    call c(x, parameters, dparameters, how);
    c.set(c.arguments.dy, dy);
    c.set(c.arguments.dx[0], dx.tensors[0]);
    c.set(c.arguments.dx[1], dx.tensors[1]);
    c.run(why, actzoo_backward, *this);
  }
  /// Both in one pass.
  void fused(error &why, const inputs &x, const tensor &y, const const_tensor &dy, const outputs &dx,
             list<const_tensor> parameters = {}, list<tensor> dparameters = {},
             const options &how = {}) const {
    call c(x, parameters, dparameters, how);
    c.set(c.arguments.y, y);
    c.set(c.arguments.dy, dy);
    c.set(c.arguments.dx[0], dx.tensors[0]);
    c.set(c.arguments.dx[1], dx.tensors[1]);
    c.run(why, actzoo_fused, *this);
  }

#if ACTZOO_THROWS
  void forward(const inputs &x, const tensor &y, list<const_tensor> parameters = {},
               const options &how = {}) const {
    detail::throwing([&](error &why) { forward(why, x, y, parameters, how); });
  }
  void backward(const inputs &x, const const_tensor &dy, const outputs &dx,
                list<const_tensor> parameters = {}, list<tensor> dparameters = {},
                const options &how = {}) const {
    detail::throwing([&](error &why) { backward(why, x, dy, dx, parameters, dparameters, how); });
  }
  void fused(const inputs &x, const tensor &y, const const_tensor &dy, const outputs &dx,
             list<const_tensor> parameters = {}, list<tensor> dparameters = {},
             const options &how = {}) const {
    detail::throwing([&](error &why) { fused(why, x, y, dy, dx, parameters, dparameters, how); });
  }
#endif

private:
  /// actzoo_arguments and what they point at, without allocation unless there are many parameters.
  struct call {
    static constexpr std::size_t most = 16;

    call(const inputs &x, list<const_tensor> parameters, list<tensor> dparameters, const options &how) {
      arguments.size = sizeof arguments;
      set(arguments.x[0], x.tensors[0]);
      set(arguments.x[1], x.tensors[1]);
      set(arguments.noise, how.noise);
      if (how.seeded) arguments.flags |= ACTZOO_SEEDED_NOISE;
      arguments.noise_seed = how.seed;
      arguments.noise_offset = how.offset;
      arguments.executor = how.executor;

      const std::size_t count = parameters.size();
      if (dparameters.size() && dparameters.size() != count) {
        fault = "give as many parameter gradients as parameters, or none";
        return;
      }
      const actzoo_tensor **p = few;
      if (count > most) {
        many_views.resize(used + 2 * count + 4);
        many.resize(2 * count);
        p = many.data();
      }
      for (std::size_t i = 0; i < count; i++) set(p[i], parameters.data()[i]);
      for (std::size_t i = 0; i < dparameters.size(); i++) set(p[count + i], dparameters.data()[i]);
      arguments.parameters = p;
      arguments.dparameters = dparameters.size() ? p + count : nullptr;
      arguments.parameters_count = count;
    }
    void set(const actzoo_tensor *&place, const const_tensor &t) {
      if (t.fault()) fault = t.fault();
      if (!t.is_present() || t.fault()) return;
      actzoo_tensor *view = many_views.empty() ? &views[used++] : &many_views[used++];
      *view = t.view();
      place = view;
    }
    template <class Function> void run(error &why, Function function, const bound &b) {
      if (!b) fault = "this activation is not bound: bind failed or was not called";
      if (fault)
        why = error(ACTZOO_INVALID, fault);
      else
        detail::call(why, function, b.get(), &arguments);
    }

    actzoo_arguments                   arguments = {};
    const actzoo_tensor               *few[2 * most] = {};
    actzoo_tensor                      views[2 * most + 8]; // with x, g, y, dy, dx, dg, noise
    std::vector<const actzoo_tensor *> many;
    std::vector<actzoo_tensor>         many_views;
    std::size_t                        used = 0;
    const char                        *fault = nullptr;
  };
  std::shared_ptr<actzoo_bound> handle_;
};

/// An activation with its parameters as a plain function, for code that takes no context. The function
/// lives as long as a copy of this object.
template <class T = float> class closure {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "float or double");

public:
  closure() = default;
  explicit closure(actzoo_closure *handle) : handle_(handle, actzoo_release) {}
  explicit operator bool() const { return handle_ != nullptr; }

  /// Of one number; null if it was enclosed as a function of arrays.
  T (*point() const)(T) {
    if constexpr (std::is_same_v<T, float>)
      return actzoo_point_f32(handle_.get());
    else
      return actzoo_point_f64(handle_.get());
  }
  /// Of arrays; null if it was enclosed as a function of one number.
  void (*array() const)(const T *, T *, std::size_t) {
    if constexpr (std::is_same_v<T, float>)
      return actzoo_array_f32(handle_.get());
    else
      return actzoo_array_f64(handle_.get());
  }

private:
  std::shared_ptr<actzoo_closure> handle_;
};

// -------------------------------------------------------------------------------------- finding ----

/// An activation of a zoo. Lives as long as a copy of its zoo.
class activation {
public:
  activation() = default;
  activation(std::shared_ptr<actzoo_zoo> zoo, const actzoo_activation *handle)
      : zoo_(std::move(zoo)), handle_(handle) {}
  explicit                 operator bool() const { return handle_ != nullptr; }
  const actzoo_activation *get() const { return handle_; }

  /// Everything the descriptor says; its strings live as long as the zoo.
  actzoo_info info() const {
    actzoo_info info = {};
    info.size = sizeof info;
    if (handle_) actzoo_describe(handle_, &info);
    return info;
  }
  std::string name() const { return handle_ ? info().name : ""; }

  std::vector<actzoo_parameter> parameters() const {
    std::vector<actzoo_parameter> all(info().parameters_count);
    for (std::uint32_t i = 0; i < all.size(); i++) {
      all[i].size = sizeof all[i];
      actzoo_describe_parameter(handle_, i, &all[i]);
    }
    return all;
  }
  std::vector<std::string> presets() const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < info().presets_count; i++) names.push_back(actzoo_preset(handle_, i));
    return names;
  }

  /// Initial values of a parameter, the descriptor's or a preset's; `count` 0 is the default number.
  std::vector<double> initial(error &why, std::uint32_t parameter, const std::string &preset = "",
                              std::uint64_t count = 0) const {
    actzoo_parameter p = {};
    p.size = sizeof p;
    if (!handle_ || actzoo_describe_parameter(handle_, parameter, &p) != ACTZOO_OK) {
      why = error(ACTZOO_INVALID, "there is no such parameter");
      return {};
    }
    std::vector<double> values(count ? count : p.count);
    if (!detail::call(why, actzoo_initial, handle_, preset.c_str(), parameter,
                      static_cast<std::uint64_t>(values.size()), values.data()))
      return {};
    return values;
  }

  /// Binds to an element type, with the descriptor's granularities and counts or with one choice for
  /// each parameter. channel_axis as in actzoo.h: 0 means axis 1, -1 the last.
  actzoo::bound bind(error &why, actzoo_dtype dtype, list<actzoo_choice> choices = {},
                     std::int32_t channel_axis = 0) const {
    actzoo_binding binding = binding_of(dtype, choices, channel_axis);
    actzoo_bound  *handle = nullptr;
    if (!is_found(why) || !detail::call(why, actzoo_bind, handle_, &binding, &handle)) return {};
    return actzoo::bound(handle);
  }
  template <class T>
  actzoo::bound bind(error &why, list<actzoo_choice> choices = {},
                     std::int32_t channel_axis = 0) const {
    return bind(why, element<T>::dtype, choices, channel_axis);
  }

  /// A plain function: ACTZOO_POINT or ACTZOO_ARRAY. `values` are all coefficients of all parameters;
  /// empty: the initial ones.
  template <class T = float>
  actzoo::closure<T> enclose(error &why, std::uint32_t kind, list<double> values = {}) const {
    actzoo_binding  binding = binding_of(element<T>::dtype, {}, 0);
    actzoo_closure *handle = nullptr;
    if (!is_found(why) || !detail::call(why, actzoo_enclose, handle_, &binding, kind,
                                        values.size() ? values.data() : nullptr,
                                        static_cast<std::uint64_t>(values.size()), &handle))
      return {};
    return actzoo::closure<T>(handle);
  }

  /// The activation as text that needs no zoo: form is "torch", "jax" or "json". Of the choices the
  /// counts matter.
  std::string source(error &why, const std::string &form, list<actzoo_choice> choices = {}) const {
    actzoo_binding binding = binding_of(ACTZOO_F32, choices, 0);
    std::uint64_t  length = 0;
    char          *nothing = nullptr;
    if (!is_found(why) || !detail::call(why, actzoo_export, handle_, &binding, form.c_str(), nothing,
                                        std::uint64_t(0), &length))
      return {};
    std::string text(length, ' '); // with room for the terminator after it
    if (!detail::call(why, actzoo_export, handle_, &binding, form.c_str(), &text[0], length + 1,
                      &length))
      return {};
    return text;
  }

#if ACTZOO_THROWS
  std::string source(const std::string &form, list<actzoo_choice> choices = {}) const {
    return detail::throwing([&](error &why) { return source(why, form, choices); });
  }
  std::vector<double> initial(std::uint32_t parameter, const std::string &preset = "",
                              std::uint64_t count = 0) const {
    return detail::throwing([&](error &why) { return initial(why, parameter, preset, count); });
  }
  actzoo::bound bind(actzoo_dtype dtype, list<actzoo_choice> choices = {},
                     std::int32_t channel_axis = 0) const {
    return detail::throwing([&](error &why) { return bind(why, dtype, choices, channel_axis); });
  }
  template <class T = float>
  actzoo::bound bind(list<actzoo_choice> choices = {}, std::int32_t channel_axis = 0) const {
    return detail::throwing([&](error &why) { return bind<T>(why, choices, channel_axis); });
  }
  template <class T = float>
  actzoo::closure<T> enclose(std::uint32_t kind, list<double> values = {}) const {
    return detail::throwing([&](error &why) { return enclose<T>(why, kind, values); });
  }
#endif

private:
  static actzoo_binding binding_of(actzoo_dtype dtype, list<actzoo_choice> choices,
                                   std::int32_t channel_axis) {
    actzoo_binding binding = {};
    binding.size = sizeof binding;
    binding.dtype = dtype;
    binding.channel_axis = channel_axis;
    binding.choices = choices.size() ? choices.data() : nullptr;
    binding.choices_count = choices.size();
    return binding;
  }
  bool is_found(error &why) const {
    if (!handle_)
      why = error(ACTZOO_INVALID, "there is no activation here: find failed or was not called");
    return handle_ != nullptr;
  }
  std::shared_ptr<actzoo_zoo> zoo_;
  const actzoo_activation    *handle_ = nullptr;
};

/// The activations that were found. Copies share one zoo.
class zoo {
public:
  /// Searches `paths` first; flags as in actzoo_options.
  explicit zoo(error &why, const std::vector<std::string> &paths = {}, std::uint32_t flags = 0) {
    std::vector<const char *> names;
    for (const std::string &path : paths) names.push_back(path.c_str());
    actzoo_options o = {};
    o.size = sizeof o;
    o.flags = flags;
    o.paths = names.data();
    o.paths_count = names.size();
    actzoo_zoo *handle = nullptr;
    if (detail::call(why, actzoo_open, &o, &handle)) handle_.reset(handle, actzoo_close);
  }
  explicit    operator bool() const { return handle_ != nullptr; }
  actzoo_zoo *get() const { return handle_.get(); }

  /// By short name, alias or id; the error names the nearest.
  activation find(error &why, const std::string &name) const {
    const actzoo_activation *found = nullptr;
    if (!handle_)
      why = error(ACTZOO_INVALID, "this zoo is not open");
    else
      detail::call(why, actzoo_find, handle_.get(), name.c_str(), &found);
    return activation(handle_, found);
  }

#if ACTZOO_THROWS
  explicit zoo(const std::vector<std::string> &paths = {}, std::uint32_t flags = 0) {
    error why;
    *this = zoo(why, paths, flags);
    if (why) throw why;
  }
  activation find(const std::string &name) const {
    return detail::throwing([&](error &why) { return find(why, name); });
  }
#endif

  /// In order of name.
  std::vector<activation> all() const {
    std::vector<activation> list;
    for (std::uint64_t i = 0; handle_ && i < actzoo_count(handle_.get()); i++)
      list.emplace_back(handle_, actzoo_at(handle_.get(), i));
    return list;
  }
  /// What the search refused or noticed; the strings live as long as the zoo.
  std::vector<actzoo_report> reports() const {
    std::vector<actzoo_report> list(handle_ ? actzoo_report_count(handle_.get()) : 0);
    for (std::uint64_t i = 0; i < list.size(); i++) {
      list[i].size = sizeof list[i];
      actzoo_report_at(handle_.get(), i, &list[i]);
    }
    return list;
  }

private:
  std::shared_ptr<actzoo_zoo> handle_;
};

/// "1.0.0".
inline std::string version() { return actzoo_version(); }

/// Numbers offset, offset + 1, ... of the stream `seed`: uniform in [0, 1).
inline std::vector<float> noise(std::uint64_t seed, std::uint64_t offset, std::size_t count) {
  std::vector<float> values(count);
  actzoo_noise(seed, offset, values.data(), count);
  return values;
}

/// Threads of the library's own pool, the caller's included; 0 = as many as the process may use.
inline void          set_threads(std::uint32_t threads) { actzoo_set_threads(threads); }
inline std::uint32_t threads() { return actzoo_threads(); }

} // namespace actzoo
#endif
