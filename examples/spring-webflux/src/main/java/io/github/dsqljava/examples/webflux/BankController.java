package io.github.dsqljava.examples.webflux;

import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The service's HTTP. */
@RestController
class BankController {
  private final Accounts accounts;
  private final Transfers transfers;

  BankController(Accounts accounts, Transfers transfers) {
    this.accounts = accounts;
    this.transfers = transfers;
  }

  @PostMapping("/accounts")
  Mono<Account> open(@RequestParam("owner") String owner, @RequestParam("cents") long cents) {
    return accounts.save(new Account(null, owner, cents));
  }

  @GetMapping("/accounts")
  Flux<Account> all() {
    return accounts.findAll();
  }

  @GetMapping("/accounts/{id}")
  Mono<Account> one(@PathVariable("id") UUID id) {
    return accounts.findById(id);
  }

  @PostMapping("/transfers")
  Mono<Account> transfer(
      @RequestParam("from") UUID from,
      @RequestParam("to") UUID to,
      @RequestParam("cents") long cents) {
    return transfers.transfer(from, to, cents);
  }

  @ExceptionHandler
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  String refused(IllegalArgumentException failure) {
    return String.valueOf(failure.getMessage());
  }
}
