// actzoo/actzoo.hpp - the zoo for C++17: handles that free themselves, exceptions with the sentence.
// Header-only over actzoo.h, whose rules (C1-C8) hold here too. Thread tags as there.
#ifndef ACTZOO_HPP
#define ACTZOO_HPP
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actzoo/actzoo.h"

namespace actzoo {

/// A call was refused; what() is one sentence, status is actzoo.h's.
struct error : std::runtime_error {
  error(actzoo_status status, const char *text) : std::runtime_error(text), status(status) {}
  actzoo_status status;
};

namespace detail {
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
  char text[512] = "";
  if (actzoo_status status = function(arguments..., text, sizeof text)) throw error(status, text);
}
template <class T> constexpr actzoo_dtype dtype() {
  using value = std::remove_const_t<T>;
  static_assert(std::is_same_v<value, float> || std::is_same_v<value, double>, "float or double");
  return std::is_same_v<value, float> ? ACTZOO_F32 : ACTZOO_F64;
}
} // namespace detail

/// Memory of float or double that someone else owns, with a shape; row-major unless strides (in
/// elements) are given.
class tensor {
public:
  template <class T>
  tensor(T *data, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides = {})
      : data_(const_cast<std::remove_const_t<T> *>(data)), dtype_(detail::dtype<T>()),
        shape_(std::move(shape)), strides_(std::move(strides)) {
    if (!strides_.empty() && strides_.size() != shape_.size())
      throw error(ACTZOO_INVALID, "a tensor needs as many strides as it has axes");
  }
  /// A view that is valid as long as this object.
  actzoo_tensor view() const {
    actzoo_tensor t = {};
    t.data = data_;
    t.device_type = 1;
    t.ndim = static_cast<std::int32_t>(shape_.size());
    t.dtype = dtype_;
    t.shape = const_cast<std::int64_t *>(shape_.data());
    t.strides = strides_.empty() ? nullptr : const_cast<std::int64_t *>(strides_.data());
    return t;
  }

private:
  void                     *data_;
  actzoo_dtype              dtype_;
  std::vector<std::int64_t> shape_, strides_;
};

/// An activation bound to a type: evaluates. Immutable; copies share the handle. [concurrent]
class bound {
public:
  explicit bound(actzoo_bound *handle) : handle_(handle, actzoo_unbind) {}

  /// y = f(x); y may be exactly x.
  void forward(const tensor &x, const tensor &y, const std::vector<tensor> &parameters = {}) const {
    operands      o(parameters, {});
    actzoo_tensor vx = x.view(), vy = y.view();
    o.arguments.x[0] = &vx;
    o.arguments.y = &vy;
    detail::call(actzoo_forward, handle_.get(), &o.arguments);
  }

  /// dx = dy * df/dx, and the parameters' gradients (as many as parameters, or none).
  void backward(const tensor &x, const tensor &dy, const tensor &dx,
                const std::vector<tensor> &parameters = {},
                const std::vector<tensor> &dparameters = {}) const {
    if (!dparameters.empty() && dparameters.size() != parameters.size())
      throw error(ACTZOO_INVALID, "give as many parameter gradients as parameters, or none");
    operands      o(parameters, dparameters);
    actzoo_tensor vx = x.view(), vdy = dy.view(), vdx = dx.view();
    o.arguments.x[0] = &vx;
    o.arguments.dy = &vdy;
    o.arguments.dx[0] = &vdx;
    detail::call(actzoo_backward, handle_.get(), &o.arguments);
  }

  /// For everything else (gates, noise, fused, executors): fill actzoo_arguments yourself.
  actzoo_bound *get() const { return handle_.get(); }

private:
  struct operands {
    operands(const std::vector<tensor> &parameters, const std::vector<tensor> &dparameters) {
      fill(parameters, views, lists);
      fill(dparameters, dviews, dlists);
      arguments.size = sizeof arguments;
      arguments.parameters = lists.data();
      arguments.dparameters = dlists.empty() ? nullptr : dlists.data();
      arguments.parameters_count = parameters.size();
    }
    static void fill(const std::vector<tensor> &from, std::vector<actzoo_tensor> &views,
                     std::vector<const actzoo_tensor *> &lists) {
      views.reserve(from.size());
      for (const tensor &t : from) {
        views.push_back(t.view());
        lists.push_back(&views.back());
      }
    }
    actzoo_arguments                   arguments = {};
    std::vector<actzoo_tensor>         views, dviews;
    std::vector<const actzoo_tensor *> lists, dlists;
  };
  std::shared_ptr<actzoo_bound> handle_;
};

/// An activation with its parameters as a plain function, for code that takes no context. The function
/// lives as long as a copy of this object; calling it is [concurrent].
template <class T = float> class closure {
public:
  explicit closure(actzoo_closure *handle) : handle_(handle, actzoo_release) {}

  /// Of one number; null if it was enclosed as a function of arrays.
  T (*point() const)(T) {
    if constexpr (detail::dtype<T>() == ACTZOO_F32)
      return actzoo_point_f32(handle_.get());
    else
      return actzoo_point_f64(handle_.get());
  }
  /// Of arrays; null if it was enclosed as a function of one number.
  void (*array() const)(const T *, T *, std::size_t) {
    if constexpr (detail::dtype<T>() == ACTZOO_F32)
      return actzoo_array_f32(handle_.get());
    else
      return actzoo_array_f64(handle_.get());
  }

private:
  std::shared_ptr<actzoo_closure> handle_;
};

/// An activation of a zoo. Lives as long as a copy of its zoo. [concurrent]
class activation {
public:
  activation(std::shared_ptr<actzoo_zoo> zoo, const actzoo_activation *handle)
      : zoo_(std::move(zoo)), handle_(handle) {}

  /// Everything the descriptor says.
  actzoo_info info() const {
    actzoo_info info = {};
    info.size = sizeof info;
    actzoo_describe(handle_, &info);
    return info;
  }
  std::string name() const { return info().name; }

  /// Initial values of a parameter.
  std::vector<double> initial(std::uint32_t parameter, const std::string &preset = "") const {
    actzoo_parameter p = {};
    p.size = sizeof p;
    if (actzoo_describe_parameter(handle_, parameter, &p))
      throw error(ACTZOO_INVALID, "there is no such parameter");
    std::vector<double> values(p.count);
    detail::call(actzoo_initial, handle_, preset.c_str(), parameter, p.count, values.data());
    return values;
  }

  /// Binds to float or double, with the descriptor's granularities or with choices of your own.
  template <class T = float>
  actzoo::bound bind(const std::vector<actzoo_choice> &choices = {},
                     std::int32_t                      channel_axis = 0) const {
    actzoo_binding binding = {};
    binding.size = sizeof binding;
    binding.dtype = detail::dtype<T>();
    binding.channel_axis = channel_axis;
    binding.choices = choices.empty() ? nullptr : choices.data();
    binding.choices_count = choices.size();
    actzoo_bound *handle = nullptr;
    detail::call(actzoo_bind, handle_, &binding, &handle);
    return actzoo::bound(handle);
  }

  /// A plain function: ACTZOO_POINT or ACTZOO_ARRAY. `values` are all coefficients of all parameters;
  /// empty: the initial ones.
  template <class T = float>
  actzoo::closure<T> enclose(std::uint32_t kind, const std::vector<double> &values = {}) const {
    actzoo_binding binding = {};
    binding.size = sizeof binding;
    binding.dtype = detail::dtype<T>();
    actzoo_closure *handle = nullptr;
    detail::call(actzoo_enclose, handle_, &binding, kind, values.empty() ? nullptr : values.data(),
                 static_cast<std::uint64_t>(values.size()), &handle);
    return actzoo::closure<T>(handle);
  }

private:
  std::shared_ptr<actzoo_zoo> zoo_;
  const actzoo_activation    *handle_;
};

/// The activations that were found. Copies share one zoo. [concurrent]
class zoo {
public:
  explicit zoo(const std::vector<std::string> &paths = {}) {
    std::vector<const char *> list;
    for (const std::string &path : paths) list.push_back(path.c_str());
    actzoo_options options = {};
    options.size = sizeof options;
    options.paths = list.data();
    options.paths_count = list.size();
    actzoo_zoo *handle = nullptr;
    detail::call(actzoo_open, &options, &handle);
    handle_.reset(handle, actzoo_close);
  }
  /// By short name, alias or id; the error names the nearest.
  activation find(const std::string &name) const {
    const actzoo_activation *found = nullptr;
    detail::call(actzoo_find, handle_.get(), name.c_str(), &found);
    return activation(handle_, found);
  }
  std::vector<activation> all() const {
    std::vector<activation> list;
    for (std::uint64_t i = 0; i < actzoo_count(handle_.get()); i++)
      list.emplace_back(handle_, actzoo_at(handle_.get(), i));
    return list;
  }

private:
  std::shared_ptr<actzoo_zoo> handle_;
};

} // namespace actzoo
#endif
