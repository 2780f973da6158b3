// freed.h -- owners of a C library's objects: std::unique_ptr<X509, Freed<X509_free>>.
#pragma once

#include <memory>

namespace signet {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace signet
