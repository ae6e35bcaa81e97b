// oneDNN's eltwise primitives behind three C functions, for ctypes. One object is one function at one
// size, with everything prepared; a call reads and writes the caller's memory.
#include <cstring>
#include <exception>
#include <utility>

#include "dnnl.hpp"

namespace {

using dnnl::algorithm;

constexpr std::pair<const char *, algorithm> algorithms[] = {
    {"relu", algorithm::eltwise_relu},
    {"tanh", algorithm::eltwise_tanh},
    {"elu", algorithm::eltwise_elu},
    {"linear", algorithm::eltwise_linear},
    {"softplus", algorithm::eltwise_soft_relu},
    {"sigmoid", algorithm::eltwise_logistic},
    {"exp", algorithm::eltwise_exp},
    {"gelu_tanh", algorithm::eltwise_gelu_tanh},
    {"gelu_erf", algorithm::eltwise_gelu_erf},
    {"swish", algorithm::eltwise_swish},
    {"clip", algorithm::eltwise_clip},
    {"mish", algorithm::eltwise_mish},
    {"hardswish", algorithm::eltwise_hardswish},
#if DNNL_VERSION_MAJOR >= 3
    {"hardsigmoid", algorithm::eltwise_hardsigmoid},
#else
    {"logsigmoid", algorithm::eltwise_logsigmoid},
#endif
};

struct Eltwise {
  dnnl::engine    engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream    stream{engine};
  dnnl::memory    x, y, dx, dy;
  dnnl::primitive forward, backward;

  Eltwise(algorithm kind, long count, float alpha, float beta) {
    dnnl::memory::desc flat({count}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
    for (dnnl::memory *memory : {&x, &y, &dx, &dy}) *memory = dnnl::memory(flat, engine, nullptr);
    const auto training = dnnl::prop_kind::forward_training;
#if DNNL_VERSION_MAJOR >= 3
    dnnl::eltwise_forward::primitive_desc  one(engine, training, kind, flat, flat, alpha, beta);
    dnnl::eltwise_backward::primitive_desc two(engine, kind, flat, flat, flat, alpha, beta, one);
#else
    dnnl::eltwise_forward::primitive_desc  one({training, kind, flat, alpha, beta}, engine);
    dnnl::eltwise_backward::primitive_desc two({kind, flat, flat, alpha, beta}, engine, one);
#endif
    forward = dnnl::eltwise_forward(one);
    backward = dnnl::eltwise_backward(two);
  }
};

} // namespace

/// The library's version as "2.6.3".
extern "C" const char *onednn_version() {
#define TEXT(number) #number
#define DOTTED(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)
  return DOTTED(DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, DNNL_VERSION_PATCH);
}

/// NULL where this oneDNN has no such function. Never freed: the program ends with it.
extern "C" void *onednn_eltwise(const char *name, long count, float alpha, float beta) {
  try {
    for (const auto &[known, kind] : algorithms)
      if (!std::strcmp(known, name)) return new Eltwise(kind, count, alpha, beta);
  } catch (const std::exception &) {
  }
  return nullptr;
}

/// y = f(x)
extern "C" void onednn_forward(void *eltwise, void *x, void *y) {
  auto &f = *static_cast<Eltwise *>(eltwise);
  f.x.set_data_handle(x);
  f.y.set_data_handle(y);
  f.forward.execute(f.stream, {{DNNL_ARG_SRC, f.x}, {DNNL_ARG_DST, f.y}});
  f.stream.wait();
}

/// dx = f'(x) dy
extern "C" void onednn_backward(void *eltwise, void *x, void *dy, void *dx) {
  auto &f = *static_cast<Eltwise *>(eltwise);
  f.x.set_data_handle(x);
  f.dy.set_data_handle(dy);
  f.dx.set_data_handle(dx);
  f.backward.execute(f.stream,
                     {{DNNL_ARG_SRC, f.x}, {DNNL_ARG_DIFF_DST, f.dy}, {DNNL_ARG_DIFF_SRC, f.dx}});
  f.stream.wait();
}
