#include "train/torchscript/source.h"

#include <algorithm>

#include "gguf/names.h"

namespace edgevlm::train {
namespace {

std::string Number(int value) { return std::to_string(value); }

// "self.NAME_weight, self.NAME_bias"
std::string WeightAndBias(std::string_view module) {
  return "self." + AttributeName(modules::Weight(module)) + ", self." +
         AttributeName(modules::Bias(module));
}

std::string LinearCall(const std::string& x, std::string_view module) {
  return "torch.linear(" + x + ", " + WeightAndBias(module) + ")";
}

std::string NormCall(const std::string& x, std::string_view module, int width) {
  return "torch.layer_norm(" + x + ", [" + Number(width) + "], " + WeightAndBias(module) +
         ", 1e-5)";
}

std::string GeluCall(const std::string& x) { return "torch.gelu(" + x + ", approximate=\"tanh\")"; }

std::string ConvCall(const std::string& x, std::string_view module, int kernel, int stride,
                     int groups, Activation activation) {
  const std::string conv = "torch.conv2d(" + x + ", " + WeightAndBias(module) + ", [" +
                           Number(stride) + "], [" + Number(kernel / 2) + "], [1], " +
                           Number(groups) + ")";
  if (activation == Activation::kNone) return conv;
  return (activation == Activation::kRelu ? "torch.relu(" : "torch.hardswish(") + conv + ")";
}

std::string BottleneckLines(const BlockShape& shape, int index, int in) {
  const Activation activation = shape.hard_swish ? Activation::kHardSwish : Activation::kRelu;
  std::string lines = "    y = x\n";
  const auto add = [&](const std::string& value) { lines += "    y = " + value + "\n"; };
  if (shape.expanded != in) add(ConvCall("y", modules::VisionExpand(index), 1, 1, 1, activation));
  add(ConvCall("y", modules::VisionDepthwise(index), shape.kernel, shape.stride, shape.expanded,
               activation));
  if (shape.squeeze) {
    add("self.squeeze(y, " + WeightAndBias(modules::VisionSqueezeReduce(index)) + ", " +
        WeightAndBias(modules::VisionSqueezeExpand(index)) + ")");
  }
  add(ConvCall("y", modules::VisionProject(index), 1, 1, 1, Activation::kNone));
  return lines + (shape.stride == 1 && in == shape.out ? "    x = x + y\n" : "    x = y\n");
}

std::string EncodeMethod(EncoderSize size) {
  std::string lines = "def encode(self, images: Tensor) -> Tensor:\n";
  lines +=
      "    x = " + ConvCall("images", modules::kVisionStem, 3, 2, 1, Activation::kHardSwish) + "\n";
  int channels = kStemChannels, index = 0;
  for (const BlockShape& shape : BlocksOf(size)) {
    lines += BottleneckLines(shape, index++, channels);
    channels = shape.out;
  }
  lines += "    x = " + ConvCall("x", modules::kVisionHead, 1, 1, 1, Activation::kHardSwish) + "\n";
  lines += "    cells = x.permute(0, 2, 3, 1).flatten(1, 2)\n";
  const std::string hidden = GeluCall(LinearCall("cells", modules::kProjectorFirst));
  return lines + "    return " + LinearCall(hidden, modules::kProjectorSecond) + "\n";
}

std::string DecoderBlockLines(int index, int width) {
  const std::string qkv =
      LinearCall(NormCall("x", modules::AttnNorm(index), width), modules::AttnQkv(index));
  const std::string up =
      LinearCall(NormCall("x", modules::FfnNorm(index), width), modules::FfnUp(index));
  return "    attended, kept = self.attend(" + qkv + ", past[" + Number(index) + "])\n" +
         "    cache.append(kept)\n" + "    x = x + " +
         LinearCall("attended", modules::AttnOutput(index)) + "\n" + "    x = x + " +
         LinearCall(GeluCall(up), modules::FfnDown(index)) + "\n";
}

// x [B, T, D] -> the residual stream after the last norm, and the cache with T more positions.
std::string DecodeMethod(const DecoderShape& shape) {
  std::string lines =
      "def decode(self, x: Tensor, past: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:\n"
      "    cache: List[Tensor] = []\n";
  for (int i = 0; i < shape.blocks; ++i) lines += DecoderBlockLines(i, shape.width);
  return lines + "    return " + NormCall("x", modules::kOutputNorm, shape.width) + ", cache\n";
}

// With CELLS, CONTEXT, HEADS, HEAD_WIDTH and BLOCKS in the place of numbers.
constexpr const char* kMethods = R"(
def squeeze(self, x: Tensor, reduce: Tensor, reduce_bias: Tensor, expand: Tensor,
            expand_bias: Tensor) -> Tensor:
    mean = torch.relu(torch.linear(torch.mean(x, [2, 3]), reduce, reduce_bias))
    gate = torch.hardsigmoid(torch.linear(mean, expand, expand_bias))
    return x * gate.unsqueeze(2).unsqueeze(3)

def attend(self, qkv: Tensor, past: Tensor) -> Tuple[Tensor, Tensor]:
    heads = qkv.view([qkv.size(0), qkv.size(1), 3, HEADS, HEAD_WIDTH]).permute(2, 0, 3, 1, 4)
    cache = torch.cat([past, heads[1:]], 3)
    scores = torch.matmul(heads[0], cache[0].transpose(2, 3)) * HEAD_WIDTH ** -0.5
    if qkv.size(1) > 1:
        later = torch.triu(torch.ones_like(scores), past.size(3) + 1) > 0
        scores = scores.masked_fill(later, float("-inf"))
    attended = torch.matmul(torch.softmax(scores, 3), cache[1])
    return attended.transpose(1, 2).flatten(2), cache

def empty_cache(self, batch: int) -> List[Tensor]:
    return [torch.empty([2, batch, HEADS, 0, HEAD_WIDTH])] * BLOCKS

def embed(self, ids: Tensor, first: int) -> Tensor:
    tokens = torch.embedding(self.token_embd_weight, ids)
    return tokens + self.position_embd_weight[first : first + ids.size(1)]

def logits(self, x: Tensor) -> Tensor:
    return torch.linear(x, self.token_embd_weight)

def prompt(self, images: Tensor, ids: Tensor) -> Tensor:
    cells = self.encode(images) + self.position_embd_weight[0 : CELLS]
    return torch.cat([cells, self.embed(ids, CELLS)], 1)

def forward(self, images: Tensor, ids: Tensor) -> Tensor:
    x, cache = self.decode(self.prompt(images, ids), self.empty_cache(images.size(0)))
    return self.logits(x[:, CELLS:])

def generate(self, images: Tensor, prompt: Tensor, end: int, most: int) -> Tensor:
    x, cache = self.decode(self.prompt(images, prompt), self.empty_cache(1))
    found: List[int] = []
    position = CELLS + prompt.size(1)
    going = most > 0
    while going:
        id = int(torch.argmax(self.logits(x[0, -1])).item())
        if id == end:
            going = False
        else:
            found.append(id)
            going = len(found) < most and position < CONTEXT
            if going:
                x, cache = self.decode(self.embed(torch.tensor([[id]]), position), cache)
                position += 1
    return torch.tensor(found, dtype=4)
)";

void ReplaceAll(std::string& text, std::string_view word, int value) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    text.replace(at, word.size(), Number(value));
  }
}

}  // namespace

std::string AttributeName(std::string tensor) {
  std::ranges::replace(tensor, '.', '_');
  return tensor;
}

std::string TorchScriptSource(const VlmShape& shape) {
  const DecoderShape& decoder = shape.decoder;
  std::string methods = kMethods;
  ReplaceAll(methods, "HEAD_WIDTH", decoder.width / decoder.heads);
  ReplaceAll(methods, "HEADS", decoder.heads);
  ReplaceAll(methods, "CELLS", shape.cells());
  ReplaceAll(methods, "CONTEXT", decoder.context);
  ReplaceAll(methods, "BLOCKS", decoder.blocks);
  return EncodeMethod(shape.encoder) + "\n" + DecodeMethod(decoder) + methods;
}

}  // namespace edgevlm::train
