import { GoodNetError } from '../../models/errors';

/** An upload can't be screened yet, through no fault of its own: there is no model. It is worth trying for as long as it takes. */
export class NotYet extends GoodNetError {
  override readonly name = 'NotYet';
}
