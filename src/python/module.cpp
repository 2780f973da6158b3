// module.cpp -- _signet: the one door from Python to the board. Packages in packages/ give it its documented names.
#include "base/errc_names.h"
#include "board/client/channel.h"
#include "board/client/confine.h"
#include "board/client/landlock.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

namespace {

// The Python exception for a refusal: packages map `code` to the documented exceptions.
PyObject* refused = nullptr;

[[noreturn]] void raise(const signet::Error& error) {
  PyErr_SetObject(refused, py::make_tuple(signet::name_of(error.code), error.what).ptr());
  throw py::error_already_set();
}

class Board {
 public:
  explicit Board(int fd) : channel_(signet::Fd{fd}) {}

  std::string call(const std::string& request) {
    auto answer = [&] {
      const py::gil_scoped_release others_may_run;
      return channel_.call(request);
    }();
    if (!answer) raise(answer.error());
    return std::move(answer).value();
  }

  int call_for_descriptor(const std::string& request) {
    auto handed = [&] {
      const py::gil_scoped_release others_may_run;
      return channel_.call_for_descriptor(request);
    }();
    if (!handed) raise(handed.error());
    return std::move(handed).value().release();
  }

 private:
  signet::board::Channel channel_;
};

}  // namespace

PYBIND11_MODULE(_signet, m) {
  m.doc() = "The firmware's end of the socketpair to its board.";
  refused = PyErr_NewException("_signet.Refused", PyExc_Exception, nullptr);
  m.add_object("Refused", refused);
  m.attr("firmware_fd") = signet::board::firmware_fd;
  py::class_<Board>(m, "Board")
      .def(py::init<int>(), py::arg("fd"))
      .def("call", &Board::call, py::arg("request"), "Sends one request as JSON text; gives the answer as JSON text.")
      .def("call_for_descriptor", &Board::call_for_descriptor, py::arg("request"),
           "Sends one request as JSON text; gives the number of the open descriptor that the board hands over.");
  m.def("confine_files", [](std::vector<std::string> read, std::vector<std::string> change) {
    const auto confined = signet::board::confine_files({std::move(read), std::move(change)});
    if (!confined) raise(confined.error());
  });
  m.def("confine", [] {
    if (const auto confined = signet::board::confine_process(); !confined) raise(confined.error());
  });
}
