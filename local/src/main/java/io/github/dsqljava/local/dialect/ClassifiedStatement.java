package io.github.dsqljava.local.dialect;

import java.util.Optional;

/**
 * What the text of one statement tells.
 *
 * @param node PostgreSQL's name of its parse node without {@code Stmt}, such as {@code Select};
 *     {@code IamGrant} for {@code AWS IAM}, which PostgreSQL does not know; empty for what no
 *     statement begins with
 * @param statementClass what it is for
 * @param effect what it means to its transaction
 * @param async the job it asks for
 * @param refusal the error Aurora DSQL answers with whatever the catalog holds
 * @param rewritten what PostgreSQL is to run in its place; unless it says so at the rewriting, as
 *     long as the original, with blanks or comments for what was taken out, so that positions in
 *     errors hold
 * @param start offset of its first character in the text
 * @param end offset behind its last character, before the semicolon
 */
public record ClassifiedStatement(
    String node,
    StatementClass statementClass,
    TransactionEffect effect,
    AsyncForm async,
    Optional<Refusal> refusal,
    Optional<String> rewritten,
    int start,
    int end) {}
