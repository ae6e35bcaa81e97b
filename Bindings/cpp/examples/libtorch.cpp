// CRReLU as a LibTorch function: torch's tensors without copies, torch's threads, torch's autograd, which
// learns eps. Prints the same bits as the examples in other languages. See docs/cpp.md for how to build it.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <cstdio>
#include <map>
#include <torch/csrc/autograd/custom_function.h>

#include "actzoo/actzoo.hpp"

template <> struct actzoo::element<c10::Half> { static constexpr actzoo_dtype dtype = ACTZOO_F16; };
template <> struct actzoo::element<c10::BFloat16> {
  static constexpr actzoo_dtype dtype = ACTZOO_BF16;
};

static actzoo_dtype dtype_of(const at::Tensor &t) {
  TORCH_CHECK(t.device().is_cpu(), "a tensor on ", t.device(), " cannot be served; move it to the CPU");
  return AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, t.scalar_type(), "actzoo",
                                         [] { return actzoo::element<scalar_t>::dtype; });
}

static actzoo::tensor view(const at::Tensor &t) {
  return {t.data_ptr(), dtype_of(t), t.sizes(), t.strides()};
}

// Parts of a call run in torch's own pool.
static auto run = [](std::uint64_t count, actzoo::task part) {
  at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t from, std::int64_t to) {
    for (; from < to; from++) part(static_cast<std::uint64_t>(from));
  });
};
static const actzoo::executor torch_threads =
    actzoo::executor::parallel_for(run, static_cast<std::uint32_t>(at::get_num_threads()));

static actzoo::options in_torch() {
  actzoo::options how;
  how.executor = &torch_threads;
  return how;
}

// Bound once to each type that is used.
static const actzoo::bound &crrelu(const at::Tensor &x) {
  static const actzoo::activation                    found = actzoo::zoo().find("crrelu");
  thread_local std::map<actzoo_dtype, actzoo::bound> bound;
  actzoo::bound                                     &b = bound[dtype_of(x)];
  return b ? b : b = found.bind(dtype_of(x));
}

struct CRReLU : torch::autograd::Function<CRReLU> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &eps) {
    context->save_for_backward({x, eps}); // all that is kept
    at::Tensor y = at::empty_like(x);
    crrelu(x).forward(view(x), view(y), {view(eps)}, in_torch());
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext    *context,
                                                 const torch::autograd::variable_list dy) {
    const auto saved = context->get_saved_variables();
    at::Tensor x = saved[0], eps = saved[1], dx = at::empty_like(x), deps = at::empty_like(eps);
    crrelu(x).backward(view(x), view(dy[0]), view(dx), {view(eps)}, {view(deps)}, in_torch());
    return {dx, deps};
  }
};

static void print(const char *name, const at::Tensor &t) {
  std::printf("%s", name);
  const at::Tensor bits = t.detach().view(at::kInt).reshape(-1);
  for (std::int64_t i = 0; i < bits.numel(); i++)
    std::printf(" 0x%08x", static_cast<unsigned>(bits.const_data_ptr<std::int32_t>()[i]));
  std::printf("\n");
}

int main() try {
  float      values[] = {-4, -2, -1, -0.5f, 0, 0.5f, 1, 3}, start = 0.05f;
  at::Tensor x = at::from_blob(values, {8}, at::kFloat).set_requires_grad(true);
  at::Tensor eps = at::from_blob(&start, {}, at::kFloat).set_requires_grad(true);
  at::Tensor y = CRReLU::apply(x, eps);
  y.sum().backward();
  print("y", y);
  print("dx", x.grad());
  print("deps", eps.grad());
} catch (const std::exception &e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
