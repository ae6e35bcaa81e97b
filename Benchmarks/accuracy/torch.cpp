// torch's own activations as a plugin, so that they are judged by the very code that judges the zoo's.
//
// Made by Benchmarks/accuracy.py, which writes subject.h: the text. Values are those of torch's functions,
// derivatives those of the operators that its autograd calls for them (tools/autograd/derivatives.yaml).
#include "actzoo/plugin.h"
#include "subject.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_prelu_kernel.h>
#include <ATen/ops/_prelu_kernel_backward.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/celu.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/elu_backward.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/glu.h>
#include <ATen/ops/glu_backward.h>
#include <ATen/ops/hardshrink.h>
#include <ATen/ops/hardshrink_backward.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardsigmoid_backward.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardswish_backward.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/hardtanh_backward.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/leaky_relu_backward.h>
#include <ATen/ops/log_sigmoid_backward.h>
#include <ATen/ops/log_sigmoid_forward.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/mish_backward.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/sgn.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/softplus_backward.h>
#include <ATen/ops/softshrink.h>
#include <ATen/ops/softshrink_backward.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold.h>
#include <ATen/ops/threshold_backward.h>

namespace {
using at::Tensor;

// What a function gets: the inputs, dy, and the parameters' values.
struct Operands {
  Tensor        x, g, dy;
  double        p[2] = {0, 0};
  const Tensor *weight; // the first parameter as a tensor
};
struct Slopes {
  Tensor dx, dg, dweight;
};
struct Function {
  const char *name;
  int         parameters;
  Tensor (*value)(const Operands &);
  Slopes (*slopes)(const Operands &);
};

constexpr double seluAlpha = 1.6732632423543772848170429916717,
                 seluScale = 1.0507009873554804934193349852946;

Tensor prelu(const Operands &o) { return at::_prelu_kernel(o.x, *o.weight); }
Tensor both(const Operands &o) { return at::cat({o.x, o.g}, 3); }

// One line of value and one of derivative for each.
#define VALUE(...) [](const Operands &o) -> Tensor { return __VA_ARGS__; }
#define SLOPE(...) [](const Operands &o) -> Slopes { return {__VA_ARGS__, {}, {}}; }
const Function functions[] = {
    {"relu", 0, VALUE(at::relu(o.x)), SLOPE(at::threshold_backward(o.dy, at::relu(o.x), 0))},
    {"relu6", 0, VALUE(at::relu6(o.x)), SLOPE(at::hardtanh_backward(o.dy, o.x, 0, 6))},
    {"leaky-relu", 1, VALUE(at::leaky_relu(o.x, o.p[0])), SLOPE(at::leaky_relu_backward(o.dy, o.x, o.p[0], false))},
    {"elu", 1, VALUE(at::elu(o.x, o.p[0])), SLOPE(at::elu_backward(o.dy, o.p[0], 1, 1, false, o.x))},
    {"celu", 1, VALUE(at::celu(o.x, o.p[0])), SLOPE(at::elu_backward(o.dy, o.p[0], 1, 1 / o.p[0], false, o.x))},
    {"selu", 0, VALUE(at::selu(o.x)), SLOPE(at::elu_backward(o.dy, seluAlpha, seluScale, 1, false, o.x))},
    {"gelu", 0, VALUE(at::gelu(o.x)), SLOPE(at::gelu_backward(o.dy, o.x))},
    {"gelu-tanh", 0, VALUE(at::gelu(o.x, "tanh")), SLOPE(at::gelu_backward(o.dy, o.x, "tanh"))},
    {"silu", 0, VALUE(at::silu(o.x)), SLOPE(at::silu_backward(o.dy, o.x))},
    {"mish", 0, VALUE(at::mish(o.x)), SLOPE(at::mish_backward(o.dy, o.x))},
    {"softplus", 1, VALUE(at::softplus(o.x, o.p[0], 20)), SLOPE(at::softplus_backward(o.dy, o.x, o.p[0], 20))},
    {"softsign", 0, VALUE(o.x / (o.x.abs() + 1)),
     [](const Operands &o) -> Slopes { // autograd of the line above
       const Tensor below = o.x.abs() + 1;
       return {o.dy / below + (-o.dy * ((o.x / below) / below)) * o.x.sgn(), {}, {}};
     }},
    {"sigmoid", 0, VALUE(at::sigmoid(o.x)), SLOPE(at::sigmoid_backward(o.dy, at::sigmoid(o.x)))},
    {"log-sigmoid", 0, VALUE(std::get<0>(at::log_sigmoid_forward(o.x))),
     SLOPE(at::log_sigmoid_backward(o.dy, o.x, std::get<1>(at::log_sigmoid_forward(o.x))))},
    {"hard-sigmoid", 0, VALUE(at::hardsigmoid(o.x)), SLOPE(at::hardsigmoid_backward(o.dy, o.x))},
    {"hard-swish", 0, VALUE(at::hardswish(o.x)), SLOPE(at::hardswish_backward(o.dy, o.x))},
    {"hardtanh", 2, VALUE(at::hardtanh(o.x, o.p[0], o.p[1])),
     SLOPE(at::hardtanh_backward(o.dy, o.x, o.p[0], o.p[1]))},
    {"tanh", 0, VALUE(at::tanh(o.x)), SLOPE(at::tanh_backward(o.dy, at::tanh(o.x)))},
    {"tanhshrink", 0, VALUE(o.x - o.x.tanh()), SLOPE(o.dy + at::tanh_backward(-o.dy, o.x.tanh()))},
    {"softshrink", 1, VALUE(at::softshrink(o.x, o.p[0])), SLOPE(at::softshrink_backward(o.dy, o.x, o.p[0]))},
    {"hardshrink", 1, VALUE(at::hardshrink(o.x, o.p[0])), SLOPE(at::hardshrink_backward(o.dy, o.x, o.p[0]))},
    {"threshold", 2, VALUE(at::threshold(o.x, o.p[0], o.p[1])), SLOPE(at::threshold_backward(o.dy, o.x, o.p[0]))},
    {"prelu", 1, prelu,
     [](const Operands &o) -> Slopes {
       auto [dx, dweight] = at::_prelu_kernel_backward(o.dy, o.x, *o.weight);
       return {dx, {}, dweight};
     }},
    {"glu", 0, VALUE(at::glu(both(o), 3)),
     [](const Operands &o) -> Slopes {
       const auto halves = at::glu_backward(o.dy, both(o), 3).chunk(2, 3);
       return {halves[0], halves[1], {}};
     }},
};

at::ScalarType scalarType(actzoo_dtype dtype) {
  return dtype == ACTZOO_F64   ? at::kDouble
         : dtype == ACTZOO_F32 ? at::kFloat
         : dtype == ACTZOO_F16 ? at::kHalf
                               : at::kBFloat16;
}

// A view as a tensor without a copy; undefined where the operand is absent.
Tensor tensor(const actzoo_call *c, const actzoo_view &v, at::ScalarType type) {
  if (!v.data) return {};
  return at::from_blob(v.data, {c->extent, 4}, {v.stride, 4}, type);
}

double first(const actzoo_call *c, int i) {
  const void *data = c->param[i].data;
  return c->dtype == ACTZOO_F64 ? *static_cast<const double *>(data)
                                : *static_cast<const float *>(data);
}

actzoo_status run(const void *self, const actzoo_call *c, bool backward) try {
  const auto &function = *static_cast<const Function *>(self);
  const auto  type = scalarType(c->dtype);
  at::set_num_threads(1);
  Operands o;
  o.x = tensor(c, c->x[0], type);
  o.g = tensor(c, c->x[1], type);
  Tensor weight;
  // Fixed parameters are numbers to torch; only PReLU's may differ from element to element.
  for (int i = 0; i < function.parameters; i++) o.p[i] = first(c, i);
  if (function.value == prelu) weight = tensor(c, c->param[0], type);
  o.weight = &weight;
  if (!backward) {
    tensor(c, c->y, type).copy_(function.value(o));
    return ACTZOO_OK;
  }
  o.dy = c->dy.data ? tensor(c, c->dy, type) : at::ones_like(o.x);
  const Slopes slopes = function.slopes(o);
  if (c->dx[0].data) tensor(c, c->dx[0], type).copy_(slopes.dx);
  if (c->dx[1].data) tensor(c, c->dx[1], type).copy_(slopes.dg);
  if (c->dparam && c->dparam[0].data && slopes.dweight.defined()) {
    const auto &view = c->dparam[0];
    const bool  own = view.stride[3] == 1;
    auto        sums = slopes.dweight.to(at::kDouble);
    if (own)
      tensor(c, view, at::kDouble).add_(sums);
    else
      *static_cast<double *>(view.data) += sums.sum().item<double>();
  }
  return ACTZOO_OK;
} catch (const std::exception &error) {
  fprintf(stderr, "%s\n", error.what());
  return ACTZOO_INVALID;
}

actzoo_status forward(const void *self, const actzoo_call *c) { return run(self, c, false); }
actzoo_status backward(const void *self, const actzoo_call *c) { return run(self, c, true); }
} // namespace

ACTZOO_EXPORT const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *) {
  static const std::vector<actzoo_kernels> rows = [] {
    static std::vector<std::string> ids;
    std::vector<actzoo_kernels>     rows;
    ids.reserve(std::size(functions));
    for (const auto &function : functions) {
      ids.push_back(std::string(SUBJECT ".") + function.name + "/1");
      for (const actzoo_dtype dtype : {ACTZOO_F16, ACTZOO_BF16, ACTZOO_F32, ACTZOO_F64}) {
        // PReLU's weight is f32 in the contract, but of x's type in torch.
        if (function.value == prelu && (dtype == ACTZOO_F16 || dtype == ACTZOO_BF16)) continue;
        rows.push_back({sizeof(actzoo_kernels), dtype, 1, ACTZOO_BACKWARD_NEEDS_X, ids.back().c_str(),
                        &function, forward, backward, nullptr});
      }
    }
    return rows;
  }();
  static const std::vector<const actzoo_kernels *> pointers = [] {
    std::vector<const actzoo_kernels *> pointers;
    for (const auto &row : rows) pointers.push_back(&row);
    return pointers;
  }();
  static const actzoo_plugin plugin = {sizeof plugin, 0, pointers.size(), pointers.data(), nullptr};
  return &plugin;
}
