// The module edgevlm._native: classes that python/edgevlm/ wraps. Not a public interface.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "edgevlm/edgevlm.h"
#include "native/errors.h"
#include "native/loaded_engine.h"
#include "native/option_value.h"
#include "native/profiled_runs.h"
#include "native/session.h"

namespace edgevlm::python {
namespace {

std::shared_ptr<LoadedEngine> LoadEngine(const py::object& model, const py::dict& options) {
  std::optional<std::string> path;
  if (!model.is_none()) path = OptionValue("model", model).Path();
  return LoadedEngine::Load(path, options);
}

void AddEngine(py::module_& module) {
  py::class_<EncodedHandle>(module, "Image")
      .def_property_readonly("tokens", &EncodedHandle::tokens);
  py::class_<LoadedEngine, std::shared_ptr<LoadedEngine>>(module, "Engine")
      .def(py::init(&LoadEngine), py::arg("model"), py::arg("options"))
      .def("info", &LoadedEngine::Info)
      .def("encode_file", &LoadedEngine::EncodeFile, py::arg("file"), py::arg("name"))
      .def("encode_pixels", &LoadedEngine::EncodePixels, py::arg("pixels"));
}

void AddSession(py::module_& module) {
  py::class_<Cancellation>(module, "Cancellation")
      .def(py::init())
      .def("cancel", &Cancellation::Cancel)
      .def_property_readonly("is_cancelled", &Cancellation::is_cancelled);
  const auto on_text = py::arg("on_text") = py::none();
  py::class_<NativeSession>(module, "Session")
      .def(py::init<std::shared_ptr<LoadedEngine>, std::shared_ptr<ProfiledRuns>>(),
           py::arg("engine").none(false), py::arg("runs"))
      .def("set_image_file", &NativeSession::SetImageFile, py::arg("file"), py::arg("name"))
      .def("set_image_pixels", &NativeSession::SetImagePixels, py::arg("pixels"))
      .def("set_image", &NativeSession::SetImage, py::arg("image"))
      .def("caption", &NativeSession::Caption, py::arg("options"), py::arg("cancellation"), on_text)
      .def("ask", &NativeSession::Ask, py::arg("question"), py::arg("options"),
           py::arg("cancellation"), on_text)
      .def("chat", &NativeSession::Chat, py::arg("messages"), py::arg("options"),
           py::arg("cancellation"), on_text)
      .def("reset", &NativeSession::Reset);
}

void AddProfile(py::module_& module) {
  py::class_<MergedProfile>(module, "Profile")
      .def("measure_limits", &MergedProfile::MeasureLimits, py::arg("engine"))
      .def("json", &MergedProfile::Json)
      .def("table", &MergedProfile::Table, py::arg("layers"), py::arg("depth"))
      .def("trace", &MergedProfile::Trace)
      .def("html", &MergedProfile::Html);
  py::class_<ProfiledRuns, std::shared_ptr<ProfiledRuns>>(module, "ProfiledRuns")
      .def(py::init())
      .def_property_readonly("count", &ProfiledRuns::count)
      .def("stop", &ProfiledRuns::Stop)
      .def("merge", &ProfiledRuns::Merge);
}

}  // namespace
}  // namespace edgevlm::python

PYBIND11_MODULE(_native, module) {
  module.attr("__version__") = std::string(edgevlm::Version());
  edgevlm::python::AddEngine(module);
  edgevlm::python::AddProfile(module);
  edgevlm::python::AddSession(module);
}
